// SPDX-License-Identifier: Apache-2.0
/** The strategy that follows what the network measured: LAN first, then throughput and delay. */
@NullMarked
package org.peeredge.routing.strategy.network;

import org.jspecify.annotations.NullMarked;
