// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.join;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.node.json.Json;
import org.peeredge.kernel.node.json.JsonObject;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;

/**
 * What the door answers to who may come in.
 *
 * @param revocations the newest list, empty when there is none
 */
public record Answer(Credentials credentials, byte[] revocations) {
    byte[] json() {
        Base64.Encoder base64 = Base64.getEncoder();
        List<String> doors = credentials.doors().stream().map(HostPort::toString).toList();
        return Json.write(
                Map.of(
                        "certificate",
                        base64.encodeToString(Certificates.encode(credentials.certificate())),
                        "authority",
                        base64.encodeToString(Certificates.encode(credentials.authority())),
                        "doors",
                        doors,
                        "revocations",
                        base64.encodeToString(revocations)));
    }

    static Answer read(byte[] json) {
        try {
            JsonObject object = Json.read(json);
            return new Answer(
                    new Credentials(
                            Certificates.parse(object.bytes("certificate")),
                            Certificates.parse(object.bytes("authority")),
                            object.texts("doors").stream().map(HostPort::parse).toList()),
                    object.bytes("revocations"));
        } catch (IllegalArgumentException e) {
            throw new NeverException("the door's answer makes no sense: " + e.getMessage(), e);
        }
    }
}
