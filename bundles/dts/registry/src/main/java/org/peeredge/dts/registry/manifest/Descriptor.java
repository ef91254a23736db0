// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.manifest;

import org.peeredge.dts.api.Digest;

/**
 * Content that a manifest names (OCI image specification 1.1, "Content Descriptors").
 *
 * @param sizeBytes its length
 * @param foreign whether clients get it from the addresses in {@code urls} and not from a registry
 */
public record Descriptor(Digest digest, long sizeBytes, boolean foreign) {}
