// SPDX-License-Identifier: Apache-2.0
/** Connections to members: dialling, handshake, liveness, discovery, questions. */
@NullMarked
package org.peeredge.dts.engine.peers;

import org.jspecify.annotations.NullMarked;
