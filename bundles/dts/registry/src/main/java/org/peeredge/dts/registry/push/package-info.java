// SPDX-License-Identifier: Apache-2.0
/** Uploads, published manifests, and who may push. */
@NullMarked
package org.peeredge.dts.registry.push;

import org.jspecify.annotations.NullMarked;
