// SPDX-License-Identifier: Apache-2.0
/** The strategy that takes peers by chance: a baseline that every other one has to beat. */
@NullMarked
package org.peeredge.routing.strategy.random;

import org.jspecify.annotations.NullMarked;
