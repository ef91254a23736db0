// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.Cancellable;

/**
 * This node's key and membership, and whom it believes. The service is there only while the node is
 * a member of a mesh with a valid certificate, so a component that needs a mesh simply references
 * it. Safe for use by many threads; nothing here blocks on the network.
 */
@ProviderType
public interface Identity {
    /** What this node's own certificate says now. */
    Membership self();

    /**
     * The mesh: hex SHA-256 of the authority's public key. Two nodes with different values never
     * talk.
     */
    String meshId();

    /** The private key, for TLS and nothing else; sign with {@link #sign}. */
    PrivateKey privateKey();

    /** This node's certificate, then the authority's. */
    List<X509Certificate> chain();

    /** ECDSA P-256 with SHA-256 over {@code data}, DER encoded. */
    byte[] sign(byte[] data);

    /** Whether {@code signature} over {@code data} was made with {@code by}'s key. */
    boolean verify(Membership by, byte[] data, byte[] signature);

    /**
     * Checks a peer's certificates: signed by this mesh's authority, in its time, not revoked, key
     * on P-256.
     *
     * @param chain the peer's certificate first
     * @throws org.peeredge.kernel.api.NeverException saying which check failed
     */
    Membership check(List<X509Certificate> chain);

    /** {@link #check} for one DER-encoded certificate, as messages carry it. */
    Membership check(byte[] certificate);

    /** The number of the newest revocation list known, 0 for none. */
    long revocationNumber();

    /**
     * The newest revocation list, signed by the authority; empty when there is none. Gossiped as it
     * is.
     */
    byte[] revocations();

    /**
     * Takes a list that a peer sent. Ignored when older than ours.
     *
     * @return whether it was newer and is in force now
     * @throws org.peeredge.kernel.api.NeverException when the authority did not sign it
     */
    boolean offerRevocations(byte[] list);

    /**
     * Calls {@code listener} after the certificate was renewed or a newer revocation list came in
     * force.
     */
    Cancellable onChange(Runnable listener);
}
