// SPDX-License-Identifier: Apache-2.0
/**
 * The OCI registry that container engines pull from and push to; its components and configuration.
 */
@NullMarked
package org.peeredge.dts.registry;

import org.jspecify.annotations.NullMarked;
