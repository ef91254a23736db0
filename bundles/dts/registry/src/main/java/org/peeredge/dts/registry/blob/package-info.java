// SPDX-License-Identifier: Apache-2.0
/** Blobs on their way to a client and into the store. */
@NullMarked
package org.peeredge.dts.registry.blob;

import org.jspecify.annotations.NullMarked;
