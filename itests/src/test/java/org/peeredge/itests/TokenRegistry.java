// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.peeredge.itests.lab.Commands;
import org.peeredge.ops.quickstart.LocalMesh;

/**
 * A registry as Docker Hub is one: Debian's docker-registry, with TLS under an authority of its
 * own, that wants bearer tokens; and the service on another port that gives them. Everybody may
 * pull below {@code library/}, {@link #USER} everything.
 */
final class TokenRegistry implements AutoCloseable {
    static final String USER = "robot";
    static final String PASSWORD = "correct horse";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final char[] STORE_PASSWORD = "test".toCharArray();
    private static final Pattern SCOPE = Pattern.compile("scope=repository:([a-z/]+):pull(?:&|$)");

    /** Who asked for a token for what: {@code user repository}, without a user for nobody. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final Path folder;
    private final int port = LocalMesh.freePorts().registry();
    private final KeyStore keys;
    private final HttpsServer tokens;
    private final Process registry;

    /** Starts both over {@code storage}, a folder that docker-registry has written to. */
    TokenRegistry(Path folder, Path storage) throws IOException, GeneralSecurityException {
        this.folder = Files.createDirectories(folder);
        makeCertificates();
        keys = KeyStore.getInstance(folder.resolve("server.p12").toFile(), STORE_PASSWORD);
        tokens = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.setHttpsConfigurator(new HttpsConfigurator(tls()));
        tokens.createContext("/token", this::answer);
        tokens.start();
        registry = start(storage);
    }

    /** {@code name=url}, for a node's configuration. */
    String as(String name) {
        return name + "=https://127.0.0.1:" + port;
    }

    /** The certificate of its authority. */
    Path authority() {
        return folder.resolve("ca.pem");
    }

    private void makeCertificates() throws IOException {
        Path extensions = folder.resolve("server.ext");
        Files.writeString(extensions, "subjectAltName = IP:127.0.0.1\n");
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lab"
                        + " -keyout ca.key -out ca.pem");
        openssl(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry"
                        + " -keyout server.key -out server.csr");
        openssl(
                "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                        + " -extfile server.ext -out server.pem");
        openssl(
                "pkcs12 -export -inkey server.key -in server.pem -name server -passout pass:test"
                        + " -out server.p12");
    }

    private void openssl(String words) {
        Commands.must("sh", "-c", "cd " + folder + " && openssl " + words);
    }

    private SSLContext tls() throws GeneralSecurityException {
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, STORE_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private Process start(Path storage) throws IOException {
        Path config = folder.resolve("registry.yml");
        Files.writeString(
                config,
                """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: %1$s}}
                http:
                  addr: "127.0.0.1:%2$d"
                  tls: {certificate: %3$s/server.pem, key: %3$s/server.key}
                auth:
                  token:
                    realm: https://127.0.0.1:%4$d/token
                    service: lab
                    issuer: lab
                    rootcertbundle: %3$s/ca.pem
                """
                        .formatted(storage, port, folder, tokens.getAddress().getPort()));
        Process process =
                new ProcessBuilder("docker-registry", "serve", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("registry.log").toFile())
                        .start();
        // Any answer will do: without a token it is 401.
        Commands.run(
                        Duration.ofSeconds(30),
                        Map.of(),
                        Words.of(
                                List.of("curl", "-s", "-o", "/dev/null", "--retry", "50"),
                                "--retry-delay",
                                "0",
                                "--retry-all-errors",
                                "--cacert",
                                authority().toString(),
                                "https://127.0.0.1:" + port + "/v2/"))
                .ok();
        return process;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = exchange.getRequestBody()) {
            body.readAllBytes();
            String query =
                    URLDecoder.decode(
                            exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
            Matcher scope = SCOPE.matcher(query);
            String repository = scope.find() ? scope.group(1) : "";
            String shown = exchange.getRequestHeaders().getFirst("Authorization");
            String user = shown == null ? "" : user(shown);
            asked.add((user + " " + repository).strip());
            if (shown != null && !user.equals(USER)) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            boolean allowed = user.equals(USER) || repository.startsWith("library/");
            byte[] answer =
                    JSON.writeValueAsBytes(
                            JSON.createObjectNode()
                                    .put("token", token(user, allowed ? repository : ""))
                                    .put("expires_in", 300));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String user(String basic) {
        byte[] plain = Base64.getDecoder().decode(basic.substring("Basic ".length()));
        String text = new String(plain, StandardCharsets.UTF_8);
        return text.equals(USER + ":" + PASSWORD) ? USER : "wrong";
    }

    /** A JSON Web Token as docker-registry wants it; for no repository one that allows nothing. */
    private String token(String user, String repository)
            throws IOException, GeneralSecurityException {
        ObjectNode header = JSON.createObjectNode().put("typ", "JWT").put("alg", "ES256");
        header.putArray("x5c")
                .add(
                        Base64.getEncoder()
                                .encodeToString(keys.getCertificate("server").getEncoded()));
        long now = Instant.now().getEpochSecond();
        ObjectNode claims =
                JSON.createObjectNode()
                        .put("iss", "lab")
                        .put("sub", user)
                        .put("aud", "lab")
                        .put("jti", Integer.toString(asked.size()))
                        .put("iat", now)
                        .put("nbf", now - 10)
                        .put("exp", now + 300);
        if (!repository.isEmpty()) {
            claims.putArray("access")
                    .addObject()
                    .put("type", "repository")
                    .put("name", repository)
                    .putArray("actions")
                    .add("pull");
        }
        String signed =
                part(JSON.writeValueAsBytes(header)) + "." + part(JSON.writeValueAsBytes(claims));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign((PrivateKey) keys.getKey("server", STORE_PASSWORD));
        signature.update(signed.getBytes(StandardCharsets.UTF_8));
        return signed + "." + part(signature.sign());
    }

    private static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Ends both; nodes see an upstream that is away. */
    @Override
    public void close() {
        tokens.stop(0);
        registry.destroy();
        try {
            registry.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
