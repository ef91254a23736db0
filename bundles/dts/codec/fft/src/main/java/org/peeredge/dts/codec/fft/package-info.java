// SPDX-License-Identifier: Apache-2.0
/** The codec of type {@code fft}: Reed-Solomon by additive fast Fourier transforms. */
@NullMarked
package org.peeredge.dts.codec.fft;

import org.jspecify.annotations.NullMarked;
