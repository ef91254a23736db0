// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.ops.quickstart.Digests;

/**
 * The registry API as curl sees it.
 *
 * @param launcher words that lead to where curl is run
 * @param registry host and port
 * @param token a node's push token; empty where none is wanted
 */
record RegistryCalls(List<String> launcher, String registry, String token) {
    /**
     * An answer.
     *
     * @param type its {@code Content-Type}
     * @param digest its {@code Docker-Content-Digest}
     * @param body a character for each byte
     */
    record Reply(int status, String type, String digest, String body) {
        /** Digest of the body. */
        String digestOfBody() {
            return Digests.of(body.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** What is at {@code path} below {@code /v2/}, for a client that accepts these types. */
    Reply get(String path, String... accepted) throws IOException {
        List<String> words = Words.of(List.of());
        for (String type : accepted) {
            words.addAll(List.of("-H", "Accept: " + type));
        }
        return call(path, words);
    }

    /** Pushes a blob in one request. */
    void pushBlob(String repository, byte[] bytes) throws IOException {
        String path = repository + "/blobs/uploads/?digest=" + Digests.of(bytes);
        send("POST", path, "application/octet-stream", bytes);
    }

    /** Pushes a manifest under a tag or its digest. */
    void pushManifest(String repository, String reference, String type, String manifest)
            throws IOException {
        byte[] bytes = manifest.getBytes(StandardCharsets.ISO_8859_1);
        send("PUT", repository + "/manifests/" + reference, type, bytes);
    }

    private void send(String method, String path, String type, byte[] bytes) throws IOException {
        Path body = Files.createTempFile("sent", ".bin");
        try {
            Files.write(body, bytes);
            List<String> words = Words.of(List.of(), "-X", method, "--data-binary", "@" + body);
            words.addAll(List.of("-H", "Content-Type: " + type));
            if (!token.isEmpty()) {
                words.addAll(List.of("-u", "peeredge:" + token));
            }
            Reply reply = call(path, words);
            assertEquals(201, reply.status(), reply::toString);
        } finally {
            Files.delete(body);
        }
    }

    private Reply call(String path, List<String> options) throws IOException {
        Path body = Files.createTempFile("got", ".bin");
        try {
            List<String> words = Words.of(launcher, "curl", "-sS", "-m", "50");
            words.addAll(options);
            words.addAll(List.of("-o", body.toString(), "-w"));
            words.add("%{http_code}\\n%{content_type}\\n%header{docker-content-digest}\\n.");
            words.add("http://" + registry + "/v2/" + path);
            List<String> said =
                    Commands.run(Duration.ofMinutes(1), Map.of(), words)
                            .ok()
                            .output()
                            .lines()
                            .toList();
            return new Reply(
                    Integer.parseInt(said.get(0)),
                    said.get(1),
                    said.get(2),
                    Files.readString(body, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(body);
        }
    }
}
