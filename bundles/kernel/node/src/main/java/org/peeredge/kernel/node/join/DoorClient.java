// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.join;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.node.authority.JoinToken;
import org.peeredge.kernel.node.json.Json;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;
import org.peeredge.kernel.node.trust.NodeKey;

/**
 * Calls the authority's door. Blocks for some seconds at most for each address, so it runs on a
 * virtual thread. Every method throws {@code NeverException} for a refusal and {@code
 * RetryLaterException} when no address led to the authority.
 */
public final class DoorClient {
    private final NodeKey key;
    private final Clock clock;

    /** Calls as the holder of {@code key}. */
    public DoorClient(NodeKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    /** Joins: the answer is checked against the pinned authority and this node's key. */
    public Answer join(JoinToken token) {
        byte[] body =
                Json.write(
                        Map.of(
                                "token",
                                token.id(),
                                "secret",
                                HexFormat.of().formatHex(token.secret())));
        X509Certificate own = Certificates.selfSigned(key, clock.now());
        return checked(
                call(token.doors(), List.of(own), token.meshId(), "POST", Door.JOIN, body),
                token.meshId());
    }

    /** A fresh certificate for a member. */
    public Answer renew(Credentials present) {
        return checked(
                call(
                        present.doors(),
                        present.chain(),
                        present.meshId(),
                        "POST",
                        Door.RENEW,
                        new byte[0]),
                present.meshId());
    }

    /** The newest revocation list; empty when there is none. */
    public byte[] revocations(Credentials present) {
        return call(
                present.doors(),
                present.chain(),
                present.meshId(),
                "GET",
                Door.REVOCATIONS,
                new byte[0]);
    }

    private Answer checked(byte[] body, String meshId) {
        Answer answer = Answer.read(body);
        answer.credentials().require(meshId, key.open());
        return answer;
    }

    private byte[] call(
            List<HostPort> doors,
            List<X509Certificate> chain,
            String meshId,
            String method,
            String path,
            byte[] body) {
        SSLContext tls = DoorTls.client(key.secret(), chain, meshId, clock);
        List<String> failures = new ArrayList<>();
        boolean wrongOnly = !doors.isEmpty();
        for (HostPort door : doors) {
            try {
                DoorCall.Reply reply = DoorCall.send(tls, clock, door, method, path, body);
                if (reply.status() == 200) {
                    return reply.body();
                }
                String text = "the authority at " + door + " says: " + Door.errorText(reply.body());
                throw reply.status() == 429 || reply.status() >= 500
                        ? new RetryLaterException(text)
                        : new NeverException(text);
            } catch (IOException e) {
                wrongOnly &= wrongDoor(e);
                failures.add(door + ": " + reason(e));
            }
        }
        String text = String.join("; ", failures);
        throw wrongOnly
                ? new NeverException("no address leads to the authority (" + text + ")")
                : new RetryLaterException("the authority cannot be reached (" + text + ")");
    }

    private static boolean wrongDoor(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof DoorTls.WrongDoorException) {
                return true;
            }
        }
        return false;
    }

    private static String reason(IOException e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage();
    }
}
