// SPDX-License-Identifier: Apache-2.0
/** Carries out the core's actions on the real store, upstream and channels. */
@NullMarked
package org.peeredge.dts.engine.transfer;

import org.jspecify.annotations.NullMarked;
