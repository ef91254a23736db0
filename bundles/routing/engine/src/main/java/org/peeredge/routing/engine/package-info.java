// SPDX-License-Identifier: Apache-2.0
/** The routing service: runs the strategy in force under a deadline, and changes it safely. */
@NullMarked
package org.peeredge.routing.engine;

import org.jspecify.annotations.NullMarked;
