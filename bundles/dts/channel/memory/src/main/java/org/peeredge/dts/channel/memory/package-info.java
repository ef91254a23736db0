// SPDX-License-Identifier: Apache-2.0
/** The channel of type {@code memory}: between nodes that live in one Java process. */
@NullMarked
package org.peeredge.dts.channel.memory;

import org.jspecify.annotations.NullMarked;
