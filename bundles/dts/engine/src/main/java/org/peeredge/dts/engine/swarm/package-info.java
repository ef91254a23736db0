// SPDX-License-Identifier: Apache-2.0
/**
 * The deterministic core: events and time in, actions out. No socket, file, thread or clock here.
 */
@NullMarked
package org.peeredge.dts.engine.swarm;

import org.jspecify.annotations.NullMarked;
