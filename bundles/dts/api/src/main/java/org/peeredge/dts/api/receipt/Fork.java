// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.receipt;

/**
 * Evidence against a taker: it has signed two different entries of one number of one chain.
 *
 * @param kept the one that this node countersigned
 * @param other the second one
 * @param otherCertificate the taker's certificate that came with it, DER
 * @param otherSignature the taker's signature over its {@link Delivery#statement}, DER
 */
public record Fork(Receipt kept, Delivery other, byte[] otherCertificate, byte[] otherSignature) {}
