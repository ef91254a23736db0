// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.receipt;

/**
 * An entry that both ends have signed. It says all that a third party needs to check it ({@link
 * ReceiptVerifier}).
 *
 * @param delivery what was delivered
 * @param takerCertificate the taker's membership certificate, DER
 * @param takerSignature ECDSA P-256 with SHA-256 over {@link Delivery#statement}, DER
 * @param giverCertificate the giver's membership certificate, DER
 * @param giverSignature ECDSA P-256 with SHA-256 over {@link Delivery#counterStatement}, DER
 */
public record Receipt(
        Delivery delivery,
        byte[] takerCertificate,
        byte[] takerSignature,
        byte[] giverCertificate,
        byte[] giverSignature) {}
