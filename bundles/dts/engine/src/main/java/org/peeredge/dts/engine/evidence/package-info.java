// SPDX-License-Identifier: Apache-2.0
/**
 * Evidence against members that lie: weighed, passed on, acted upon. Pure: no clock, thread, socket
 * or file.
 */
@NullMarked
package org.peeredge.dts.engine.evidence;

import org.jspecify.annotations.NullMarked;
