// SPDX-License-Identifier: Apache-2.0
/**
 * How much may go over which way: rules as written, what of them is in force now, and the count.
 */
@NullMarked
package org.peeredge.dts.engine.flow;

import org.jspecify.annotations.NullMarked;
