// SPDX-License-Identifier: Apache-2.0
/** Messages between engines and their bytes. */
@NullMarked
package org.peeredge.dts.engine.wire;

import org.jspecify.annotations.NullMarked;
