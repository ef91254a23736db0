// SPDX-License-Identifier: Apache-2.0
/** The kernel's one implementation: the node's key and mesh, and the components that offer them. */
@NullMarked
package org.peeredge.kernel.node;

import org.jspecify.annotations.NullMarked;
