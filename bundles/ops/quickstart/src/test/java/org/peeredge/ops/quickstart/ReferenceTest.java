// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Names of images, as people write them. */
class ReferenceTest {
    private static final String DIGEST = "sha256:" + "0a".repeat(32);

    @Test
    void readsWhatPeopleWrite() {
        Map<String, Reference> forms =
                Map.of(
                        "busybox",
                        new Reference("docker.io", "library/busybox", "latest"),
                        "busybox:1.36",
                        new Reference("docker.io", "library/busybox", "1.36"),
                        "a/b",
                        new Reference("docker.io", "a/b", "latest"),
                        "127.0.0.1:5000/x:1",
                        new Reference("127.0.0.1:5000", "x", "1"),
                        "localhost/x/y",
                        new Reference("localhost", "x/y", "latest"),
                        "localhost:5000/x",
                        new Reference("localhost:5000", "x", "latest"),
                        "host:80/x:y",
                        new Reference("host:80", "x", "y"),
                        "Quay.io/a/b:V1",
                        new Reference("quay.io", "a/b", "V1"),
                        "quay.io/a@" + DIGEST,
                        new Reference("quay.io", "a", DIGEST));
        forms.forEach((text, reference) ->
                assertEquals(Optional.of(reference), Reference.parse(text), text));
    }

    @Test
    void refusesWhatCannotBeAnImage() {
        for (String text :
                new String[] {
                    "", "/tmp/x", "./x", "../x", "~/x", "a b", "A", "x:", "x/", "a//b", "x@sha256:1"
                }) {
            assertEquals(Optional.empty(), Reference.parse(text), text);
        }
    }

    @Test
    void registriesOnThisMachineAreAskedWithoutTls() {
        assertEquals("127.0.0.1:5000=http://127.0.0.1:5000", upstreams("127.0.0.1:5000/x"));
        assertEquals("localhost=http://localhost", upstreams("localhost/x"));
        assertEquals("quay.io=https://quay.io", upstreams("quay.io/x"));
        assertEquals(Map.of(), Reference.parse("busybox").orElseThrow().upstream());
    }

    private static String upstreams(String text) {
        return Reference.parse(text).orElseThrow().upstream().getOrDefault("upstreams", "");
    }
}
