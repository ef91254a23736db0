// SPDX-License-Identifier: Apache-2.0
/** The TCP channel: length-prefixed frames over mutual TLS 1.3. */
@NullMarked
package org.peeredge.dts.channel.tcp;

import org.jspecify.annotations.NullMarked;
