// SPDX-License-Identifier: Apache-2.0
/** The codec of type {@code rs}: systematic Cauchy Reed-Solomon in Java. */
@NullMarked
package org.peeredge.dts.codec.rs;

import org.jspecify.annotations.NullMarked;
