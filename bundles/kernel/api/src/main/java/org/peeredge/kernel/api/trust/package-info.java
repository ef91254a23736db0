// SPDX-License-Identifier: Apache-2.0
/** Who a node is and whom it believes: keys, memberships, revocations. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kernel.api.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
