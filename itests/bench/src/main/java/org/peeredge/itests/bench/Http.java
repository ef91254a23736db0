// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.RegistryClient;

/** Small helpers around registries on loopback. */
final class Http {
    static final String REPOSITORY = "bench/content";

    private Http() {}

    /** Publishes files of random bytes as one artifact. */
    static Image publish(NodeProcess origin, Path work, String tag, long seed, long... sizes)
            throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        Random random = new Random(seed);
        for (int i = 0; i < sizes.length; i++) {
            Path file = work.resolve(tag + "-" + i);
            try (var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
                byte[] block = new byte[1 << 16];
                for (long left = sizes[i]; left > 0; left -= block.length) {
                    random.nextBytes(block);
                    out.write(block, 0, (int) Math.min(block.length, left));
                }
            }
            files.add(file);
        }
        Image image = Image.ofFiles(files, "application/octet-stream", work);
        Path token = origin.spec().home().resolve("data/peeredge/registry/push.token");
        try (RegistryClient client = new RegistryClient(origin.spec().ports().registry())) {
            client.push(REPOSITORY, tag, image, Files.readString(token).strip());
        }
        for (Path file : files) {
            Files.delete(file);
        }
        return image;
    }

    /** Reads a path of a node's registry to its end; the bytes are thrown away. */
    static long read(HttpClient http, NodeProcess node, String path, String range)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create(
                                "http://127.0.0.1:"
                                        + node.spec().ports().registry()
                                        + "/v2/"
                                        + REPOSITORY
                                        + path));
        if (!range.isEmpty()) {
            request.header("Range", range);
        }
        HttpResponse<InputStream> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(path + ": " + answer.statusCode());
            }
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
