// SPDX-License-Identifier: Apache-2.0
/** Bounded memory, waiting with a deadline, JSON, writing into the store. */
@NullMarked
package org.peeredge.dts.registry.util;

import org.jspecify.annotations.NullMarked;
