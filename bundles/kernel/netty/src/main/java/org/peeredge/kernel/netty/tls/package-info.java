// SPDX-License-Identifier: Apache-2.0
/** TLS between members. */
@NullMarked
package org.peeredge.kernel.netty.tls;

import org.jspecify.annotations.NullMarked;
