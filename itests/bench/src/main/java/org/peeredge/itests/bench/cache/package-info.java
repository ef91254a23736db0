// SPDX-License-Identifier: Apache-2.0
/** Suite {@code cache}: cache policies on drawn and recorded requests, against offline bounds. */
@NullMarked
package org.peeredge.itests.bench.cache;

import org.jspecify.annotations.NullMarked;
