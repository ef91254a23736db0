// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.peeredge.itests.lab.Commands;

/** nginx with TLS 1.3 over one file, fetched by curl into a file. */
final class Nginx implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path folder;

    private Nginx(Process process, int port, Path folder) {
        this.process = process;
        this.port = port;
        this.folder = folder;
    }

    static Nginx start(Path work, long bytes) throws IOException {
        Path folder = Files.createDirectories(work.resolve("nginx"));
        Commands.must(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=127.0.0.1",
                "-keyout",
                folder + "/key.pem",
                "-out",
                folder + "/cert.pem");
        byte[] block = new byte[1 << 20];
        new Random(1).nextBytes(block);
        try (OutputStream out = Files.newOutputStream(folder.resolve("file"))) {
            for (long n = 0; n < bytes; n += block.length) {
                out.write(block);
            }
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("nginx.conf"),
                """
                daemon off; worker_processes 1; pid %1$s/pid; error_log %1$s/error.log; user root;
                events { worker_connections 64; }
                http { access_log off; sendfile on; client_body_temp_path %1$s/tmp; proxy_temp_path %1$s/tmp;
                  fastcgi_temp_path %1$s/tmp; uwsgi_temp_path %1$s/tmp; scgi_temp_path %1$s/tmp;
                  server { listen 127.0.0.1:%2$d ssl; ssl_protocols TLSv1.3; ssl_certificate %1$s/cert.pem;
                    ssl_certificate_key %1$s/key.pem; root %1$s; } }
                """
                        .formatted(folder, port));
        Process process =
                new ProcessBuilder("nginx", "-c", folder + "/nginx.conf", "-p", folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out.log").toFile())
                        .start();
        Nginx nginx = new Nginx(process, port, folder);
        nginx.fetch();
        return nginx;
    }

    /** Fetches the file. */
    double fetch() {
        return Commands.run(
                        Duration.ofMinutes(2),
                        Map.of(),
                        List.of(
                                "curl",
                                "-ksSf",
                                "--tlsv1.3",
                                "--retry",
                                "20",
                                "--retry-connrefused",
                                "--retry-delay",
                                "0",
                                "-o",
                                folder + "/got",
                                "https://127.0.0.1:" + port + "/file"))
                .ok()
                .seconds();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }
}
