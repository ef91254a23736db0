// SPDX-License-Identifier: Apache-2.0
/** The codec of type {@code rs} once more, computing by a native library. */
@NullMarked
package org.peeredge.dts.codec.rsnative;

import org.jspecify.annotations.NullMarked;
