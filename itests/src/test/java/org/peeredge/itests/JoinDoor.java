// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * The authority's door, asked as docs/protocol/join.md says; another client than the node's own.
 */
record JoinDoor(NodeProcess authority) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An answer of the door. */
    record Reply(int status, JsonNode body) {
        String error() {
            return body.path("error").asText();
        }
    }

    /** A new member: its key, and what the door gave for the token. */
    TlsParty member(String token) throws IOException {
        TlsParty stranger = TlsParty.selfSigned();
        Reply reply = join(stranger, token);
        if (reply.status() != 200) {
            throw new AssertionError("the door answers " + reply);
        }
        Base64.Decoder base64 = Base64.getDecoder();
        return stranger.with(
                List.of(
                        Certificates.parse(base64.decode(reply.body().get("certificate").asText())),
                        Certificates.parse(base64.decode(reply.body().get("authority").asText()))));
    }

    Reply join(TlsParty who, String token) throws IOException {
        return join(who, token, "127.0.0.1");
    }

    Reply join(TlsParty who, String token, String from) throws IOException {
        JoinToken read = JoinToken.parse(token);
        return join(who, read.id(), HexFormat.of().formatHex(read.secret()), from);
    }

    Reply join(TlsParty who, String id, String secret, String from) throws IOException {
        String body = JSON.createObjectNode().put("token", id).put("secret", secret).toString();
        return call(who, "POST /v1/join", body, from);
    }

    Reply post(TlsParty who, String path, String body) throws IOException {
        return call(who, "POST " + path, body, "127.0.0.1");
    }

    Reply renew(TlsParty who) throws IOException {
        return call(who, "POST /v1/renew", "", "127.0.0.1");
    }

    int revocations(TlsParty who) throws IOException {
        return call(who, "GET /v1/revocations", "", "127.0.0.1").status();
    }

    private Reply call(TlsParty who, String request, String body, String from) throws IOException {
        try (Socket socket = who.connect("127.0.0.1", authority.spec().ports().join(), from)) {
            String head =
                    request
                            + " HTTP/1.1\r\nHost: door\r\nConnection: close\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(US_ASCII));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            int status = Integer.parseInt(answer.split(" ", 3)[1]);
            String content = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            return new Reply(
                    status,
                    content.startsWith("{") ? JSON.readTree(content) : JSON.createObjectNode());
        }
    }
}
