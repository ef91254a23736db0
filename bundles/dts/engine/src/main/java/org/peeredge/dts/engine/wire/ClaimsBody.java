// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.UpstreamRef;

/**
 * The body of {@link Message.Claims}. A certificate weighs more than all else in a claim: each is
 * written once, and that of the sender, which its hello has shown, not at all.
 */
final class ClaimsBody {
    /** In place of a certificate's number, counted from 1: the one that the hello has shown. */
    private static final int SHOWN = 0;

    private ClaimsBody() {}

    static void write(Message.Claims m, byte[] shown, CborWriter out) {
        List<byte[]> certificates = new ArrayList<>();
        int[] numbers = new int[m.claims().size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(m.claims().get(i).certificate(), shown, certificates);
        }
        out.map(certificates.isEmpty() ? 3 : 4);
        out.key(0).digest(m.digest()).key(1).number(m.sizeBytes());
        out.key(2).array(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            Claim c = m.claims().get(i);
            out.array(6).text(c.upstream().registry()).text(c.upstream().repository());
            out.array(c.pieces().size());
            c.pieces().forEach(out::number);
            out.bytes(c.hashes()).number(numbers[i]).bytes(c.signature());
        }
        if (!certificates.isEmpty()) {
            out.key(3).array(certificates.size());
            certificates.forEach(out::bytes);
        }
    }

    private static int number(byte[] certificate, byte[] shown, List<byte[]> certificates) {
        if (shown.length > 0 && Arrays.equals(certificate, shown)) {
            return SHOWN;
        }
        for (int i = 0; i < certificates.size(); i++) {
            if (Arrays.equals(certificates.get(i), certificate)) {
                return i + 1;
            }
        }
        certificates.add(certificate);
        return certificates.size();
    }

    static Message read(CborFields f, byte[] shown) {
        List<byte[]> certificates = new ArrayList<>();
        if (f.has(3)) {
            for (Object certificate : f.list(3, Limits.MAX_CLAIMS)) {
                certificates.add(f.bytes(3, certificate, Limits.MAX_CERTIFICATE_BYTES));
            }
        }
        List<Claim> claims = new ArrayList<>();
        for (Object element : f.list(2, Limits.MAX_CLAIMS)) {
            List<?> claim = f.list(2, element, CborFields.MAX_ELEMENTS);
            int number = (int) f.number(2, f.element(2, claim, 4), 0, certificates.size());
            byte[] certificate = number == SHOWN ? shown : certificates.get(number - 1);
            Claim read = claim(f, 2, claim, 0, certificate);
            if (certificate.length > 0) {
                claims.add(read); // else it has come before the hello: of nobody
            }
        }
        return new Message.Claims(
                f.digest(0), f.number(1, 0, Pieces.MAX_BLOB_BYTES), List.copyOf(claims));
    }

    /**
     * A claim in a list.
     *
     * @param key of the field that the list is in
     * @param at where the claim begins there: registry, repository, pieces, hashes; the signature
     *     comes after one more
     */
    static Claim claim(CborFields f, int key, List<?> list, int at, byte[] certificate) {
        UpstreamRef upstream =
                new UpstreamRef(
                        f.text(key, f.element(key, list, at), 255),
                        f.text(key, f.element(key, list, at + 1), 255));
        List<Integer> pieces = new ArrayList<>();
        for (Object piece : f.list(key, f.element(key, list, at + 2), Limits.MAX_CLAIM_PIECES)) {
            pieces.add((int) f.number(key, piece, 0, MessageReader.MAX_PIECE));
        }
        int most = Limits.MAX_CLAIM_PIECES * PieceMap.LEAF_BYTES;
        byte[] hashes = f.bytes(key, f.element(key, list, at + 3), most);
        byte[] signature = f.bytes(key, f.element(key, list, at + 5), Limits.MAX_SIGNATURE_BYTES);
        return MessageReader.checked(
                f, key, () -> new Claim(upstream, pieces, hashes, certificate, signature));
    }
}
