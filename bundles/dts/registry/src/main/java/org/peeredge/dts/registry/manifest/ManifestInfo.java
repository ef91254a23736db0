// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.NeverException;

/**
 * What a manifest says: OCI image manifest and index, Docker schema 2 manifest and list, OCI
 * artifact manifest.
 *
 * @param mediaType as the manifest names itself, or as its form tells
 * @param blobs what an image or artifact needs; empty for an index
 * @param children the manifests of an index; empty for others
 */
public record ManifestInfo(String mediaType, List<Descriptor> blobs, List<Descriptor> children) {
    private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String DOCKER_LIST =
            "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final String DOCKER_MANIFEST =
            "application/vnd.docker.distribution.manifest.v2+json";
    private static final String OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json";

    /** Copies the lists. */
    public ManifestInfo {
        blobs = List.copyOf(blobs);
        children = List.copyOf(children);
    }

    /** Whether it names other manifests. */
    public boolean index() {
        return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST);
    }

    /**
     * Reads a manifest.
     *
     * @param declared the media type that a client or registry said, or empty
     * @throws NeverException saying what is wrong with it
     */
    public static ManifestInfo parse(byte[] bytes, String declared) {
        JsonNode json;
        try {
            json = Json.read(bytes);
        } catch (IOException e) {
            throw new NeverException("the manifest is no JSON: " + firstLine(e), e);
        }
        if (!json.isObject()) {
            throw new NeverException("the manifest is no JSON object");
        }
        if (json.has("manifests") && (json.has("layers") || json.has("config"))) {
            // Readers would disagree on what it is (GHSA-77vh-xpmg-72qh).
            throw new NeverException("the manifest is an image and an index at once");
        }
        String type = mediaType(json, declared);
        return switch (type) {
            case OCI_INDEX, DOCKER_LIST ->
                    new ManifestInfo(type, List.of(), descriptors(json, "manifests"));
            case OCI_MANIFEST, DOCKER_MANIFEST -> {
                List<Descriptor> blobs = new ArrayList<>();
                blobs.add(descriptor(json.path("config"), "config"));
                blobs.addAll(descriptors(json, "layers"));
                yield new ManifestInfo(type, blobs, List.of());
            }
            case OCI_ARTIFACT -> new ManifestInfo(type, descriptors(json, "blobs"), List.of());
            default ->
                    throw new NeverException(
                            "manifests of type '" + type + "' are not served by this registry");
        };
    }

    /** The manifest's own word first, then its form, then what was declared. */
    private static String mediaType(JsonNode json, String declared) {
        JsonNode own = json.path("mediaType");
        if (!own.isMissingNode() && !own.isTextual()) {
            throw new NeverException("mediaType is no text");
        }
        if (own.isTextual()) {
            return own.asText();
        }
        if (json.path("schemaVersion").asInt(2) == 1) {
            return "schema version 1";
        }
        boolean index = json.has("manifests");
        if (!index && !json.has("layers") && !json.has("config")) {
            throw new NeverException("the manifest is neither an image nor an index");
        }
        boolean declaredIndex = declared.equals(OCI_INDEX) || declared.equals(DOCKER_LIST);
        if (index) {
            return declaredIndex ? declared : OCI_INDEX;
        }
        return declared.equals(DOCKER_MANIFEST) ? declared : OCI_MANIFEST;
    }

    private static List<Descriptor> descriptors(JsonNode json, String name) {
        JsonNode list = json.path(name);
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        if (!list.isArray()) {
            throw new NeverException(name + " is no list");
        }
        List<Descriptor> found = new ArrayList<>(list.size());
        for (JsonNode item : list) {
            found.add(descriptor(item, name));
        }
        return found;
    }

    private static Descriptor descriptor(JsonNode json, String name) {
        JsonNode size = json.path("size");
        if (!size.isIntegralNumber()
                || !size.canConvertToLong()
                || size.asLong() < 0
                || size.asLong() > Pieces.MAX_BLOB_BYTES) {
            throw new NeverException(name + ": size '" + shortened(size) + "'");
        }
        try {
            // Without urls there is nowhere else to get it, whatever its type says.
            boolean foreign = json.path("urls").isArray() && !json.path("urls").isEmpty();
            return new Descriptor(
                    Digest.parse(json.path("digest").asText("")), size.asLong(), foreign);
        } catch (IllegalArgumentException e) {
            throw new NeverException(name + ": " + shortened(json.path("digest")), e);
        }
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
