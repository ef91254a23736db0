// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.peeredge.ops.quickstart.Digests;

/**
 * An OCI artifact: an image manifest that says in {@code artifactType} what it is, with the empty
 * configuration and one layer.
 *
 * @param type such as {@code application/vnd.lab.report}
 * @param seed makes the layer
 * @param subject descriptor of the manifest that it is about; empty for none
 */
record Artifact(String type, long seed, String subject) {
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final byte[] CONFIG = "{}".getBytes(StandardCharsets.UTF_8);
    private static final int LAYER_BYTES = 700_000;

    /** The layer. */
    byte[] layer() {
        byte[] bytes = new byte[LAYER_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The manifest. */
    String manifest() {
        return """
        {"schemaVersion": 2, "mediaType": "%s", "artifactType": "%s",
         "config": %s,
         "layers": [%s]%s}
        """
                .formatted(
                        MANIFEST,
                        type,
                        descriptor("application/vnd.oci.empty.v1+json", CONFIG),
                        descriptor(type, layer()),
                        subject.isEmpty() ? "" : ",\n \"subject\": " + subject);
    }

    /** Digest of the manifest. */
    String digest() {
        return Digests.of(bytes());
    }

    /** Descriptor of the manifest. */
    String descriptor() {
        return descriptor(MANIFEST, bytes());
    }

    /** Where clients look for what is about this, at a registry without the referrers API. */
    String referrersTag() {
        return digest().replace(':', '-');
    }

    /** What they find there when this is all that is about its subject. */
    String referrers() {
        return """
        {"schemaVersion": 2, "mediaType": "%s", "manifests": [%s]}
        """
                .formatted(INDEX, descriptor());
    }

    /** Pushes all that it is made of, then itself under a tag or its digest. */
    void push(RegistryCalls node, String repository, String reference) throws IOException {
        node.pushBlob(repository, CONFIG);
        node.pushBlob(repository, layer());
        node.pushManifest(repository, reference, MANIFEST, manifest());
    }

    private byte[] bytes() {
        return manifest().getBytes(StandardCharsets.UTF_8);
    }

    private static String descriptor(String type, byte[] bytes) {
        return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d}"
                .formatted(type, Digests.of(bytes), bytes.length);
    }
}
