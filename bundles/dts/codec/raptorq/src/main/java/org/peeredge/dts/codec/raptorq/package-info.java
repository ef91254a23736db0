// SPDX-License-Identifier: Apache-2.0
/** The codec of type {@code raptorq}: the rateless code of RFC 6330. */
@NullMarked
package org.peeredge.dts.codec.raptorq;

import org.jspecify.annotations.NullMarked;
