// SPDX-License-Identifier: Apache-2.0
/** Installs boot features that Karaf's one try at the first start left out. */
@NullMarked
package org.peeredge.ops.boot;

import org.jspecify.annotations.NullMarked;
