// SPDX-License-Identifier: Apache-2.0
/** Small JSON objects, read with limits. */
@NullMarked
package org.peeredge.kernel.node.json;

import org.jspecify.annotations.NullMarked;
