// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

/**
 * A member's word that a piece map belongs to its blob: it has read the whole blob and checked the
 * digest.
 *
 * @param certificate the signer's membership certificate, DER
 * @param signature ECDSA P-256 with SHA-256 over {@link PieceMap#statement}, DER
 */
public record MapSignature(byte[] certificate, byte[] signature) {}
