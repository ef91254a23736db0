// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.manifest;

import org.peeredge.dts.api.Digest;

/**
 * A manifest whose bytes match its digest.
 *
 * @param bytes untouched; shared, read only
 * @param confined whether it must stay on this node
 */
public record Manifest(Digest digest, byte[] bytes, ManifestInfo info, boolean confined) {}
