// SPDX-License-Identifier: Apache-2.0
/** Real time, threads and randomness. */
@NullMarked
package org.peeredge.kernel.node.runtime;

import org.jspecify.annotations.NullMarked;
