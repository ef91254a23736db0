// SPDX-License-Identifier: Apache-2.0
/** Keeps copies of images on other members, so that content survives its publisher. */
@NullMarked
package org.peeredge.dts.replicas;

import org.jspecify.annotations.NullMarked;
