// SPDX-License-Identifier: Apache-2.0
/** The mesh authority: its key, join tokens, and what it signs. */
@NullMarked
package org.peeredge.kernel.node.authority;

import org.jspecify.annotations.NullMarked;
