// SPDX-License-Identifier: Apache-2.0
/** The shared event loops and the component that owns them. */
@NullMarked
package org.peeredge.kernel.netty.runtime;

import org.jspecify.annotations.NullMarked;
