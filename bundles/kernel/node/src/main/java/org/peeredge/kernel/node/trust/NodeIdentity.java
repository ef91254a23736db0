// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node in its mesh. One object for as long as the node stays in the mesh: renewed certificates
 * and newer lists come in through {@link #replace} and {@link #offerRevocations}.
 */
public final class NodeIdentity implements Identity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIdentity.class);

    private final NodeKey key;
    private final String meshId;
    private final MembershipCheck check;
    private final Revocations revocations;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Own own;

    private record Own(Credentials credentials, Membership membership) {}

    /** With credentials that fit {@code key}. */
    public NodeIdentity(
            NodeKey key, Credentials credentials, MembershipCheck check, Revocations revocations) {
        this.key = key;
        this.meshId = credentials.meshId();
        this.check = check;
        this.revocations = revocations;
        this.own = own(credentials);
    }

    @Override
    public Membership self() {
        return own.membership;
    }

    @Override
    public String meshId() {
        return meshId;
    }

    @Override
    public PrivateKey privateKey() {
        return key.secret();
    }

    @Override
    public List<X509Certificate> chain() {
        return own.credentials.chain();
    }

    @Override
    public byte[] sign(byte[] data) {
        return P256.sign(key.secret(), data);
    }

    @Override
    public boolean verify(Membership by, byte[] data, byte[] signature) {
        return P256.verify(by.key(), data, signature);
    }

    @Override
    public Membership check(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw check.refuse(MembershipCheck.Refusal.FORM, "the peer showed no certificate");
        }
        return check.check(chain.getFirst());
    }

    @Override
    public Membership check(byte[] certificate) {
        return check.check(certificate);
    }

    @Override
    public long revocationNumber() {
        return revocations.current().map(RevocationList::number).orElse(0L);
    }

    @Override
    public byte[] revocations() {
        return revocations.current().map(l -> l.encoded().clone()).orElseGet(() -> new byte[0]);
    }

    @Override
    public boolean offerRevocations(byte[] list) {
        boolean newer = revocations.offer(list);
        if (newer) {
            changed();
        }
        return newer;
    }

    @Override
    public Cancellable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** The certificates, and where the authority can be reached. */
    public Credentials credentials() {
        return own.credentials;
    }

    /** Puts a new certificate of the same mesh in force; tells nobody, see {@link #changed}. */
    public void replace(Credentials next) {
        own = own(next.require(meshId, key.open()));
    }

    /** Tells the listeners. */
    public void changed() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.error("A listener for identity changes threw; report this as a defect", e);
            }
        }
    }

    private Own own(Credentials credentials) {
        MeshName name =
                MeshName.of(credentials.certificate())
                        .orElseThrow(() -> new NeverException("the certificate is no membership"));
        return new Own(
                credentials,
                new Membership(
                        key.id(),
                        name.roles(),
                        key.open(),
                        credentials.certificate().getNotAfter().toInstant()));
    }
}
