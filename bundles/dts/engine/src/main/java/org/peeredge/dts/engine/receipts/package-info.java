// SPDX-License-Identifier: Apache-2.0
/** Receipts for what members deliver to each other: the chains, their signatures, their records. */
@NullMarked
package org.peeredge.dts.engine.receipts;

import org.jspecify.annotations.NullMarked;
