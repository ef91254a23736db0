// SPDX-License-Identifier: Apache-2.0
/** The kit's own tests. */
@NullMarked
package org.peeredge.kit.tck;

import org.jspecify.annotations.NullMarked;
