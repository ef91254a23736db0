// SPDX-License-Identifier: Apache-2.0
/** The codec of type {@code none}: symbols are the group's own bytes. */
@NullMarked
package org.peeredge.dts.codec.none;

import org.jspecify.annotations.NullMarked;
