// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/** Makes, signs, checks and keeps piece maps. Blocks on disk and on signatures: for workers. */
final class Maps {
    private final Identity identity;
    private final Blobs blobs;
    private final Sha256 sha;

    Maps(Identity identity, Blobs blobs, Sha256 sha) {
        this.identity = identity;
        this.blobs = blobs;
        this.sha = sha;
    }

    /** Checks every signature; bad ones are left out. */
    Event.MapChecked check(NodeId from, SignedMap map) {
        byte[] statement = map.map().statement();
        Set<NodeId> signers = new LinkedHashSet<>();
        List<MapSignature> good = new ArrayList<>();
        boolean origin = false;
        for (MapSignature signature : map.signatures()) {
            try {
                Membership by = identity.check(signature.certificate());
                if (identity.verify(by, statement, signature.signature())
                        && signers.add(by.node())) {
                    good.add(signature);
                    origin |= by.has(Role.ORIGIN);
                }
            } catch (NeverException e) {
                // Expired, revoked or foreign: this signer's word does not count.
            }
        }
        return new Event.MapChecked(from, new SignedMap(map.map(), good), signers, origin);
    }

    /** The map kept for a blob; for a complete blob without one it is made now, signed and kept. */
    Optional<SignedMap> load(Digest digest) throws IOException {
        Optional<SignedMap> kept = blobs.store().map(digest);
        if (kept.isPresent() || !blobs.store().has(digest)) {
            return kept;
        }
        Optional<PieceMap> made = make(digest);
        if (made.isEmpty()) {
            return Optional.empty();
        }
        SignedMap signed = sign(new SignedMap(made.get(), List.of()));
        blobs.store().putMap(signed);
        return Optional.of(signed);
    }

    /** Adds this node's signature, when it is not there and there is room. */
    SignedMap sign(SignedMap map) {
        try {
            byte[] certificate = identity.chain().getFirst().getEncoded();
            List<MapSignature> signatures = new ArrayList<>(map.signatures());
            signatures.removeIf(s -> isOurs(s));
            if (signatures.size() == SignedMap.MAX_SIGNATURES) {
                return map;
            }
            signatures.addFirst(
                    new MapSignature(certificate, identity.sign(map.map().statement())));
            return new SignedMap(map.map(), signatures);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }

    private boolean isOurs(MapSignature signature) {
        try {
            return identity.check(signature.certificate()).node().equals(identity.self().node());
        } catch (NeverException e) {
            return false;
        }
    }

    /** Reads a complete blob and checks its digest on the way: what is signed has been read. */
    private Optional<PieceMap> make(Digest digest) throws IOException {
        Optional<StoredBlob> found = blobs.store().find(digest);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StoredBlob blob = found.get()) {
            MessageDigest whole = MessageDigest.getInstance(digest.javaAlgorithm());
            long size = blob.info().sizeBytes();
            int count = Pieces.count(size);
            byte[] leaves = new byte[count * PieceMap.LEAF_BYTES];
            ByteBuffer buffer = ByteBuffer.allocateDirect(Pieces.bytes(size));
            for (int piece = 0; piece < count; piece++) {
                buffer.clear().limit(Pieces.length(size, piece));
                blob.read(Pieces.offset(size, piece), buffer);
                buffer.flip();
                byte[] leaf = sha.of(buffer);
                System.arraycopy(leaf, 0, leaves, piece * PieceMap.LEAF_BYTES, PieceMap.LEAF_BYTES);
                whole.update(buffer);
            }
            byte[] expected = java.util.HexFormat.of().parseHex(digest.hex());
            if (!MessageDigest.isEqual(expected, whole.digest())) {
                throw new IOException(
                        "blob " + digest + " is damaged on disk; run dts:store-check");
            }
            return Optional.of(new PieceMap(digest, size, leaves));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "this Java runtime has no " + digest.javaAlgorithm(), e);
        }
    }
}
