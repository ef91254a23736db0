// SPDX-License-Identifier: Apache-2.0
/**
 * The quick start: three nodes on one machine, one image published at the first and pulled at the
 * others.
 */
@NullMarked
package org.peeredge.ops.quickstart;

import org.jspecify.annotations.NullMarked;
