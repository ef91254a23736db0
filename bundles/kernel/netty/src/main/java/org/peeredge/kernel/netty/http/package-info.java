// SPDX-License-Identifier: Apache-2.0
/** HTTP/1.1 on the shared event loops. */
@NullMarked
package org.peeredge.kernel.netty.http;

import org.jspecify.annotations.NullMarked;
