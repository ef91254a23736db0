// SPDX-License-Identifier: Apache-2.0
/** Keys, certificates, revocations, and the files they live in. */
@NullMarked
package org.peeredge.kernel.node.trust;

import org.jspecify.annotations.NullMarked;
