// SPDX-License-Identifier: Apache-2.0
/** How a node joins a mesh and stays in it: the authority's door and its callers. */
@NullMarked
package org.peeredge.kernel.node.join;

import org.jspecify.annotations.NullMarked;
