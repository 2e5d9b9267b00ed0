;; ldr q1, [x0], #16
;; fmul v2.4s, v1.4s, v3.4s
;; fadd v0.4s, v0.4s, v2.4s
;; ushr v4.2s, v1.2s, #17
;; str d4, [x1], #8
;; subs x2, x2, #0x1
;; b.ne 0x40000000
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 v128 i64 i64 v128 i64 v128 v128 v128 v128 i64 i64 i32 i64 i64 i32 i32 i32 i32 v128 v128 v128 v128 v128 i64 i64)
    block  ;; label = @1
      block  ;; label = @2
        local.get 2
        local.get 0
        i32.sub
        local.set 3
        i32.const 0
        i64.load offset=6160
        local.set 4
        i32.const 0
        i32.load offset=6152
        local.set 8
        local.get 0
        i32.const 64
        i32.le_u
        if  ;; label = @3
          local.get 0
          local.set 11
          local.get 1
          i32.const 4
          i32.shr_u
          local.set 5
          i32.const 0
          i64.load offset=6336
          local.set 6
          i32.const 0
          i64.load offset=6344
          local.set 7
        end
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              block  ;; label = @6
                i32.const 0
                v128.load offset=560
                local.set 12
                i32.const 0
                i64.load offset=16
                local.set 13
                i32.const 0
                i64.load offset=8
                local.set 14
                i32.const 0
                v128.load offset=512
                local.set 15
                i32.const 0
                i64.load
                local.set 16
                i32.const 2113929214
                i32.const -2147483648
                i32.const 0
                i32.load offset=368
                i32.const 0
                i32.load offset=376
                i32.const 16
                i32.and
                i32.const 16
                i32.xor
                i32.or
                i32.eqz
                select
                i32x4.splat
                local.set 17
                i32.const 2130706430
                i32x4.splat
                local.set 18
                i32.const 2130706432
                i32.const -2147483648
                i32.const 0
                i32.load offset=368
                i32.const 0
                i32.load offset=376
                i32.const 16
                i32.and
                i32.const 16
                i32.xor
                i32.or
                i32.eqz
                select
                i32x4.splat
                local.set 19
                i32.const -2147483648
                i32x4.splat
                local.set 20
                i64.const 0
                local.set 22
                i64.const 0
                local.set 25
                block  ;; label = @7
                  block  ;; label = @8
                    block  ;; label = @9
                      loop  ;; label = @10
                        block  ;; label = @11
                          local.get 16
                          local.get 21
                          i64.sub
                          local.get 22
                          i64.ge_u
                          if  ;; label = @12
                            local.get 16
                            i32.wrap_i64
                            i32.const 8
                            i32.shr_u
                            local.get 16
                            i32.wrap_i64
                            i32.const 18
                            i32.shr_u
                            i32.xor
                            i32.const 65520
                            i32.and
                            local.get 8
                            i32.add
                            local.tee 27
                            i64.load
                            local.get 16
                            i64.const 15
                            i64.add
                            i64.const -4096
                            i64.and
                            i64.ne
                            if  ;; label = @13
                              i32.const 16777216
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              br 4 (;@9;)
                            end
                            local.get 16
                            i64.const -4096
                            i64.and
                            local.set 21
                            i64.const 4065
                            local.set 22
                            local.get 27
                            i32.load offset=8
                            local.set 23
                          end
                          local.get 16
                          i32.wrap_i64
                          local.get 23
                          i32.add
                          local.set 29
                          local.get 29
                          v128.load align=1
                          local.set 30
                          local.get 30
                          local.get 16
                          i64.const 16
                          i64.add
                          local.set 16
                          local.set 31
                          local.get 31
                          local.get 12
                          f32x4.mul
                          local.tee 30
                          local.set 32
                          local.get 17
                          local.get 30
                          i32.const 1
                          i32x4.shl
                          local.get 18
                          i32x4.add
                          i32x4.gt_s
                          i32x4.bitmask
                          i32.const 15
                          i32.eq
                          i32.eqz
                          if  ;; label = @12
                            i32.const 0
                            i32.load offset=368
                            i32.const 0
                            i32.load offset=376
                            i32.const 16
                            i32.and
                            i32.const 16
                            i32.xor
                            i32.or
                            i32.eqz
                            v128.const i32x4 0x7f7fffff 0x7f7fffff 0x7f7fffff 0x7f7fffff
                            local.get 30
                            f32x4.abs
                            f32x4.ge
                            local.get 30
                            f32x4.abs
                            v128.const i32x4 0x00800000 0x00800000 0x00800000 0x00800000
                            f32x4.gt
                            local.get 31
                            v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                            f32x4.eq
                            local.get 12
                            v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                            f32x4.eq
                            v128.or
                            v128.or
                            v128.and
                            v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                            v128.or
                            i32x4.all_true
                            i32.and
                            local.tee 27
                            i32.eqz
                            if  ;; label = @13
                              i32.const 16777232
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              i32.const 0
                              local.get 31
                              v128.store offset=528 align=1
                              br 4 (;@9;)
                            end
                          end
                          local.get 32
                          local.set 33
                          local.get 15
                          local.get 33
                          f32x4.add
                          local.tee 30
                          local.set 32
                          local.get 19
                          local.get 30
                          i32.const 1
                          i32x4.shl
                          local.get 20
                          i32x4.add
                          i32x4.gt_s
                          i32x4.bitmask
                          i32.const 15
                          i32.eq
                          i32.eqz
                          if  ;; label = @12
                            i32.const 16777248
                            local.set 0
                            local.get 3
                            i32.const 16777216
                            i32.add
                            local.set 2
                            i32.const 0
                            local.get 31
                            v128.store offset=528 align=1
                            i32.const 0
                            local.get 33
                            v128.store offset=544 align=1
                            br 3 (;@9;)
                          end
                          local.get 32
                          local.set 15
                          local.get 31
                          i32.const 17
                          i32x4.shr_u
                          f64.const 0x0p+0 (;=0;)
                          f64x2.replace_lane 1
                          local.set 34
                          local.get 34
                          i64x2.extract_lane 0
                          local.set 35
                          local.get 14
                          local.get 24
                          i64.sub
                          local.get 25
                          i64.ge_u
                          if  ;; label = @12
                            local.get 14
                            i32.wrap_i64
                            i32.const 8
                            i32.shr_u
                            local.get 14
                            i32.wrap_i64
                            i32.const 18
                            i32.shr_u
                            i32.xor
                            i32.const 65520
                            i32.and
                            local.get 8
                            i32.add
                            local.tee 27
                            i64.load offset=65536
                            local.get 14
                            i64.const 7
                            i64.add
                            i64.const -4096
                            i64.and
                            i64.ne
                            if  ;; label = @13
                              i32.const 16777280
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              i32.const 0
                              local.get 31
                              v128.store offset=528 align=1
                              i32.const 0
                              local.get 33
                              v128.store offset=544 align=1
                              i32.const 0
                              local.get 34
                              v128.store offset=576 align=1
                              br 4 (;@9;)
                            end
                            local.get 14
                            i64.const -4096
                            i64.and
                            local.set 24
                            i64.const 4065
                            local.set 25
                            local.get 27
                            i32.load offset=65544
                            local.set 26
                          end
                          local.get 14
                          i32.wrap_i64
                          local.get 26
                          i32.add
                          local.set 29
                          local.get 29
                          local.get 35
                          i64.store align=1
                          local.get 14
                          i64.const 8
                          i64.add
                          local.set 14
                          local.get 13
                          i64.const 1
                          i64.sub
                          local.get 13
                          i64.const 1
                          local.set 7
                          local.set 6
                          local.set 13
                          local.get 6
                          local.get 7
                          i64.ne
                          local.set 27
                          local.get 27
                          if  ;; label = @12
                            local.get 16
                            local.get 21
                            i64.sub
                            local.get 22
                            i64.ge_u
                            if  ;; label = @13
                              local.get 16
                              i32.wrap_i64
                              i32.const 8
                              i32.shr_u
                              local.get 16
                              i32.wrap_i64
                              i32.const 18
                              i32.shr_u
                              i32.xor
                              i32.const 65520
                              i32.and
                              local.get 8
                              i32.add
                              local.tee 27
                              i64.load
                              local.get 16
                              i64.const 15
                              i64.add
                              i64.const -4096
                              i64.and
                              i64.ne
                              if  ;; label = @14
                                i32.const 16777216
                                local.set 0
                                local.get 3
                                i32.const 16777104
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 31
                                v128.store offset=528 align=1
                                i32.const 0
                                local.get 33
                                v128.store offset=544 align=1
                                i32.const 0
                                local.get 34
                                v128.store offset=576 align=1
                                br 5 (;@9;)
                              end
                              local.get 16
                              i64.const -4096
                              i64.and
                              local.set 21
                              i64.const 4065
                              local.set 22
                              local.get 27
                              i32.load offset=8
                              local.set 23
                            end
                            local.get 16
                            i32.wrap_i64
                            local.get 23
                            i32.add
                            local.set 29
                            local.get 29
                            v128.load align=1
                            local.set 30
                            local.get 30
                            local.get 16
                            i64.const 16
                            i64.add
                            local.set 16
                            local.set 31
                            local.get 31
                            local.get 12
                            f32x4.mul
                            local.tee 30
                            local.set 32
                            local.get 17
                            local.get 30
                            i32.const 1
                            i32x4.shl
                            local.get 18
                            i32x4.add
                            i32x4.gt_s
                            i32x4.bitmask
                            i32.const 15
                            i32.eq
                            i32.eqz
                            if  ;; label = @13
                              i32.const 0
                              i32.load offset=368
                              i32.const 0
                              i32.load offset=376
                              i32.const 16
                              i32.and
                              i32.const 16
                              i32.xor
                              i32.or
                              i32.eqz
                              v128.const i32x4 0x7f7fffff 0x7f7fffff 0x7f7fffff 0x7f7fffff
                              local.get 30
                              f32x4.abs
                              f32x4.ge
                              local.get 30
                              f32x4.abs
                              v128.const i32x4 0x00800000 0x00800000 0x00800000 0x00800000
                              f32x4.gt
                              local.get 31
                              v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                              f32x4.eq
                              local.get 12
                              v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                              f32x4.eq
                              v128.or
                              v128.or
                              v128.and
                              v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                              v128.or
                              i32x4.all_true
                              i32.and
                              local.tee 27
                              i32.eqz
                              if  ;; label = @14
                                i32.const 16777232
                                local.set 0
                                local.get 3
                                i32.const 16777104
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 31
                                v128.store offset=528 align=1
                                i32.const 0
                                local.get 33
                                v128.store offset=544 align=1
                                i32.const 0
                                local.get 34
                                v128.store offset=576 align=1
                                br 5 (;@9;)
                              end
                            end
                            local.get 32
                            local.set 33
                            local.get 15
                            local.get 33
                            f32x4.add
                            local.tee 30
                            local.set 32
                            local.get 19
                            local.get 30
                            i32.const 1
                            i32x4.shl
                            local.get 20
                            i32x4.add
                            i32x4.gt_s
                            i32x4.bitmask
                            i32.const 15
                            i32.eq
                            i32.eqz
                            if  ;; label = @13
                              i32.const 16777248
                              local.set 0
                              local.get 3
                              i32.const 16777104
                              i32.add
                              local.set 2
                              i32.const 4
                              local.set 5
                              i32.const 0
                              local.get 31
                              v128.store offset=528 align=1
                              i32.const 0
                              local.get 33
                              v128.store offset=544 align=1
                              i32.const 0
                              local.get 34
                              v128.store offset=576 align=1
                              br 4 (;@9;)
                            end
                            local.get 32
                            local.set 15
                            local.get 31
                            i32.const 17
                            i32x4.shr_u
                            f64.const 0x0p+0 (;=0;)
                            f64x2.replace_lane 1
                            local.set 34
                            local.get 34
                            i64x2.extract_lane 0
                            local.set 35
                            local.get 14
                            local.get 24
                            i64.sub
                            local.get 25
                            i64.ge_u
                            if  ;; label = @13
                              local.get 14
                              i32.wrap_i64
                              i32.const 8
                              i32.shr_u
                              local.get 14
                              i32.wrap_i64
                              i32.const 18
                              i32.shr_u
                              i32.xor
                              i32.const 65520
                              i32.and
                              local.get 8
                              i32.add
                              local.tee 27
                              i64.load offset=65536
                              local.get 14
                              i64.const 7
                              i64.add
                              i64.const -4096
                              i64.and
                              i64.ne
                              if  ;; label = @14
                                i32.const 16777280
                                local.set 0
                                local.get 3
                                i32.const 16777104
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 31
                                v128.store offset=528 align=1
                                i32.const 0
                                local.get 33
                                v128.store offset=544 align=1
                                i32.const 0
                                local.get 34
                                v128.store offset=576 align=1
                                br 5 (;@9;)
                              end
                              local.get 14
                              i64.const -4096
                              i64.and
                              local.set 24
                              i64.const 4065
                              local.set 25
                              local.get 27
                              i32.load offset=65544
                              local.set 26
                            end
                            local.get 14
                            i32.wrap_i64
                            local.get 26
                            i32.add
                            local.set 29
                            local.get 29
                            local.get 35
                            i64.store align=1
                            local.get 14
                            i64.const 8
                            i64.add
                            local.set 14
                            local.get 13
                            i64.const 1
                            i64.sub
                            local.get 13
                            i64.const 1
                            local.set 7
                            local.set 6
                            local.set 13
                            local.get 6
                            local.get 7
                            i64.ne
                            local.set 27
                            local.get 27
                            if  ;; label = @13
                              local.get 16
                              local.get 21
                              i64.sub
                              local.get 22
                              i64.ge_u
                              if  ;; label = @14
                                local.get 16
                                i32.wrap_i64
                                i32.const 8
                                i32.shr_u
                                local.get 16
                                i32.wrap_i64
                                i32.const 18
                                i32.shr_u
                                i32.xor
                                i32.const 65520
                                i32.and
                                local.get 8
                                i32.add
                                local.tee 27
                                i64.load
                                local.get 16
                                i64.const 15
                                i64.add
                                i64.const -4096
                                i64.and
                                i64.ne
                                if  ;; label = @15
                                  i32.const 16777216
                                  local.set 0
                                  local.get 3
                                  i32.const 16776992
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 31
                                  v128.store offset=528 align=1
                                  i32.const 0
                                  local.get 33
                                  v128.store offset=544 align=1
                                  i32.const 0
                                  local.get 34
                                  v128.store offset=576 align=1
                                  br 6 (;@9;)
                                end
                                local.get 16
                                i64.const -4096
                                i64.and
                                local.set 21
                                i64.const 4065
                                local.set 22
                                local.get 27
                                i32.load offset=8
                                local.set 23
                              end
                              local.get 16
                              i32.wrap_i64
                              local.get 23
                              i32.add
                              local.set 29
                              local.get 29
                              v128.load align=1
                              local.set 30
                              local.get 30
                              local.get 16
                              i64.const 16
                              i64.add
                              local.set 16
                              local.set 31
                              local.get 31
                              local.get 12
                              f32x4.mul
                              local.tee 30
                              local.set 32
                              local.get 17
                              local.get 30
                              i32.const 1
                              i32x4.shl
                              local.get 18
                              i32x4.add
                              i32x4.gt_s
                              i32x4.bitmask
                              i32.const 15
                              i32.eq
                              i32.eqz
                              if  ;; label = @14
                                i32.const 0
                                i32.load offset=368
                                i32.const 0
                                i32.load offset=376
                                i32.const 16
                                i32.and
                                i32.const 16
                                i32.xor
                                i32.or
                                i32.eqz
                                v128.const i32x4 0x7f7fffff 0x7f7fffff 0x7f7fffff 0x7f7fffff
                                local.get 30
                                f32x4.abs
                                f32x4.ge
                                local.get 30
                                f32x4.abs
                                v128.const i32x4 0x00800000 0x00800000 0x00800000 0x00800000
                                f32x4.gt
                                local.get 31
                                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                f32x4.eq
                                local.get 12
                                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                f32x4.eq
                                v128.or
                                v128.or
                                v128.and
                                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                v128.or
                                i32x4.all_true
                                i32.and
                                local.tee 27
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 16777232
                                  local.set 0
                                  local.get 3
                                  i32.const 16776992
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 31
                                  v128.store offset=528 align=1
                                  i32.const 0
                                  local.get 33
                                  v128.store offset=544 align=1
                                  i32.const 0
                                  local.get 34
                                  v128.store offset=576 align=1
                                  br 6 (;@9;)
                                end
                              end
                              local.get 32
                              local.set 33
                              local.get 15
                              local.get 33
                              f32x4.add
                              local.tee 30
                              local.set 32
                              local.get 19
                              local.get 30
                              i32.const 1
                              i32x4.shl
                              local.get 20
                              i32x4.add
                              i32x4.gt_s
                              i32x4.bitmask
                              i32.const 15
                              i32.eq
                              i32.eqz
                              if  ;; label = @14
                                i32.const 16777248
                                local.set 0
                                local.get 3
                                i32.const 16776992
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 31
                                v128.store offset=528 align=1
                                i32.const 0
                                local.get 33
                                v128.store offset=544 align=1
                                i32.const 0
                                local.get 34
                                v128.store offset=576 align=1
                                br 5 (;@9;)
                              end
                              local.get 32
                              local.set 15
                              local.get 31
                              i32.const 17
                              i32x4.shr_u
                              f64.const 0x0p+0 (;=0;)
                              f64x2.replace_lane 1
                              local.set 34
                              local.get 34
                              i64x2.extract_lane 0
                              local.set 35
                              local.get 14
                              local.get 24
                              i64.sub
                              local.get 25
                              i64.ge_u
                              if  ;; label = @14
                                local.get 14
                                i32.wrap_i64
                                i32.const 8
                                i32.shr_u
                                local.get 14
                                i32.wrap_i64
                                i32.const 18
                                i32.shr_u
                                i32.xor
                                i32.const 65520
                                i32.and
                                local.get 8
                                i32.add
                                local.tee 27
                                i64.load offset=65536
                                local.get 14
                                i64.const 7
                                i64.add
                                i64.const -4096
                                i64.and
                                i64.ne
                                if  ;; label = @15
                                  i32.const 16777280
                                  local.set 0
                                  local.get 3
                                  i32.const 16776992
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 31
                                  v128.store offset=528 align=1
                                  i32.const 0
                                  local.get 33
                                  v128.store offset=544 align=1
                                  i32.const 0
                                  local.get 34
                                  v128.store offset=576 align=1
                                  br 6 (;@9;)
                                end
                                local.get 14
                                i64.const -4096
                                i64.and
                                local.set 24
                                i64.const 4065
                                local.set 25
                                local.get 27
                                i32.load offset=65544
                                local.set 26
                              end
                              local.get 14
                              i32.wrap_i64
                              local.get 26
                              i32.add
                              local.set 29
                              local.get 29
                              local.get 35
                              i64.store align=1
                              local.get 14
                              i64.const 8
                              i64.add
                              local.set 14
                              local.get 13
                              i64.const 1
                              i64.sub
                              local.get 13
                              i64.const 1
                              local.set 7
                              local.set 6
                              local.set 13
                              local.get 6
                              local.get 7
                              i64.ne
                              local.set 27
                              local.get 27
                              if  ;; label = @14
                                local.get 16
                                local.get 21
                                i64.sub
                                local.get 22
                                i64.ge_u
                                if  ;; label = @15
                                  local.get 16
                                  i32.wrap_i64
                                  i32.const 8
                                  i32.shr_u
                                  local.get 16
                                  i32.wrap_i64
                                  i32.const 18
                                  i32.shr_u
                                  i32.xor
                                  i32.const 65520
                                  i32.and
                                  local.get 8
                                  i32.add
                                  local.tee 27
                                  i64.load
                                  local.get 16
                                  i64.const 15
                                  i64.add
                                  i64.const -4096
                                  i64.and
                                  i64.ne
                                  if  ;; label = @16
                                    i32.const 16777216
                                    local.set 0
                                    local.get 3
                                    i32.const 16776880
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 31
                                    v128.store offset=528 align=1
                                    i32.const 0
                                    local.get 33
                                    v128.store offset=544 align=1
                                    i32.const 0
                                    local.get 34
                                    v128.store offset=576 align=1
                                    br 7 (;@9;)
                                  end
                                  local.get 16
                                  i64.const -4096
                                  i64.and
                                  local.set 21
                                  i64.const 4065
                                  local.set 22
                                  local.get 27
                                  i32.load offset=8
                                  local.set 23
                                end
                                local.get 16
                                i32.wrap_i64
                                local.get 23
                                i32.add
                                local.set 29
                                local.get 29
                                v128.load align=1
                                local.set 30
                                local.get 30
                                local.get 16
                                i64.const 16
                                i64.add
                                local.set 16
                                local.set 31
                                local.get 31
                                local.get 12
                                f32x4.mul
                                local.tee 30
                                local.set 32
                                local.get 17
                                local.get 30
                                i32.const 1
                                i32x4.shl
                                local.get 18
                                i32x4.add
                                i32x4.gt_s
                                i32x4.bitmask
                                i32.const 15
                                i32.eq
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 0
                                  i32.load offset=368
                                  i32.const 0
                                  i32.load offset=376
                                  i32.const 16
                                  i32.and
                                  i32.const 16
                                  i32.xor
                                  i32.or
                                  i32.eqz
                                  v128.const i32x4 0x7f7fffff 0x7f7fffff 0x7f7fffff 0x7f7fffff
                                  local.get 30
                                  f32x4.abs
                                  f32x4.ge
                                  local.get 30
                                  f32x4.abs
                                  v128.const i32x4 0x00800000 0x00800000 0x00800000 0x00800000
                                  f32x4.gt
                                  local.get 31
                                  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                  f32x4.eq
                                  local.get 12
                                  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                  f32x4.eq
                                  v128.or
                                  v128.or
                                  v128.and
                                  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                                  v128.or
                                  i32x4.all_true
                                  i32.and
                                  local.tee 27
                                  i32.eqz
                                  if  ;; label = @16
                                    i32.const 16777232
                                    local.set 0
                                    local.get 3
                                    i32.const 16776880
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 31
                                    v128.store offset=528 align=1
                                    i32.const 0
                                    local.get 33
                                    v128.store offset=544 align=1
                                    i32.const 0
                                    local.get 34
                                    v128.store offset=576 align=1
                                    br 7 (;@9;)
                                  end
                                end
                                local.get 32
                                local.set 33
                                local.get 15
                                local.get 33
                                f32x4.add
                                local.tee 30
                                local.set 32
                                local.get 19
                                local.get 30
                                i32.const 1
                                i32x4.shl
                                local.get 20
                                i32x4.add
                                i32x4.gt_s
                                i32x4.bitmask
                                i32.const 15
                                i32.eq
                                i32.eqz
                                if  ;; label = @15
                                  i32.const 16777248
                                  local.set 0
                                  local.get 3
                                  i32.const 16776880
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 31
                                  v128.store offset=528 align=1
                                  i32.const 0
                                  local.get 33
                                  v128.store offset=544 align=1
                                  i32.const 0
                                  local.get 34
                                  v128.store offset=576 align=1
                                  br 6 (;@9;)
                                end
                                local.get 32
                                local.set 15
                                local.get 31
                                i32.const 17
                                i32x4.shr_u
                                f64.const 0x0p+0 (;=0;)
                                f64x2.replace_lane 1
                                local.set 34
                                local.get 34
                                i64x2.extract_lane 0
                                local.set 35
                                local.get 14
                                local.get 24
                                i64.sub
                                local.get 25
                                i64.ge_u
                                if  ;; label = @15
                                  local.get 14
                                  i32.wrap_i64
                                  i32.const 8
                                  i32.shr_u
                                  local.get 14
                                  i32.wrap_i64
                                  i32.const 18
                                  i32.shr_u
                                  i32.xor
                                  i32.const 65520
                                  i32.and
                                  local.get 8
                                  i32.add
                                  local.tee 27
                                  i64.load offset=65536
                                  local.get 14
                                  i64.const 7
                                  i64.add
                                  i64.const -4096
                                  i64.and
                                  i64.ne
                                  if  ;; label = @16
                                    i32.const 16777280
                                    local.set 0
                                    local.get 3
                                    i32.const 16776880
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 31
                                    v128.store offset=528 align=1
                                    i32.const 0
                                    local.get 33
                                    v128.store offset=544 align=1
                                    i32.const 0
                                    local.get 34
                                    v128.store offset=576 align=1
                                    br 7 (;@9;)
                                  end
                                  local.get 14
                                  i64.const -4096
                                  i64.and
                                  local.set 24
                                  i64.const 4065
                                  local.set 25
                                  local.get 27
                                  i32.load offset=65544
                                  local.set 26
                                end
                                local.get 14
                                i32.wrap_i64
                                local.get 26
                                i32.add
                                local.set 29
                                local.get 29
                                local.get 35
                                i64.store align=1
                                local.get 14
                                i64.const 8
                                i64.add
                                local.set 14
                                local.get 13
                                i64.const 1
                                i64.sub
                                local.get 13
                                i64.const 1
                                local.set 7
                                local.set 6
                                local.set 13
                                local.get 6
                                local.get 7
                                i64.ne
                                local.set 27
                                local.get 27
                                if  ;; label = @15
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 31
                                  v128.store offset=528 align=1
                                  i32.const 0
                                  local.get 33
                                  v128.store offset=544 align=1
                                  i32.const 0
                                  local.get 34
                                  v128.store offset=576 align=1
                                  local.get 3
                                  i32.const 448
                                  i32.sub
                                  local.set 3
                                  local.get 3
                                  i32.const 0
                                  i32.le_s
                                  if  ;; label = @16
                                    i32.const 16777216
                                    local.set 0
                                    local.get 3
                                    i32.const 16777216
                                    i32.add
                                    local.set 2
                                    i32.const 0
                                    local.set 9
                                    br 9 (;@7;)
                                  end
                                  br 5 (;@10;)
                                end
                                i32.const 0
                                local.get 16
                                i64.store align=1
                                i32.const 0
                                local.get 15
                                v128.store offset=512 align=1
                                i32.const 0
                                local.get 14
                                i64.store offset=8 align=1
                                i32.const 0
                                local.get 13
                                i64.store offset=16 align=1
                                i32.const 0
                                local.get 31
                                v128.store offset=528 align=1
                                i32.const 0
                                local.get 33
                                v128.store offset=544 align=1
                                i32.const 0
                                local.get 34
                                v128.store offset=576 align=1
                                i32.const 4
                                local.set 5
                                local.get 3
                                i32.const 448
                                i32.sub
                                local.set 3
                                br 3 (;@11;)
                              end
                              i32.const 0
                              local.get 16
                              i64.store align=1
                              i32.const 0
                              local.get 15
                              v128.store offset=512 align=1
                              i32.const 0
                              local.get 14
                              i64.store offset=8 align=1
                              i32.const 0
                              local.get 13
                              i64.store offset=16 align=1
                              i32.const 0
                              local.get 31
                              v128.store offset=528 align=1
                              i32.const 0
                              local.get 33
                              v128.store offset=544 align=1
                              i32.const 0
                              local.get 34
                              v128.store offset=576 align=1
                              i32.const 4
                              local.set 5
                              local.get 3
                              i32.const 336
                              i32.sub
                              local.set 3
                              br 2 (;@11;)
                            end
                            i32.const 0
                            local.get 16
                            i64.store align=1
                            i32.const 0
                            local.get 15
                            v128.store offset=512 align=1
                            i32.const 0
                            local.get 14
                            i64.store offset=8 align=1
                            i32.const 0
                            local.get 13
                            i64.store offset=16 align=1
                            i32.const 0
                            local.get 31
                            v128.store offset=528 align=1
                            i32.const 0
                            local.get 33
                            v128.store offset=544 align=1
                            i32.const 0
                            local.get 34
                            v128.store offset=576 align=1
                            i32.const 4
                            local.set 5
                            local.get 3
                            i32.const 224
                            i32.sub
                            local.set 3
                            br 1 (;@11;)
                          end
                          i32.const 0
                          local.get 16
                          i64.store align=1
                          i32.const 0
                          local.get 15
                          v128.store offset=512 align=1
                          i32.const 0
                          local.get 14
                          i64.store offset=8 align=1
                          i32.const 0
                          local.get 13
                          i64.store offset=16 align=1
                          i32.const 0
                          local.get 31
                          v128.store offset=528 align=1
                          i32.const 0
                          local.get 33
                          v128.store offset=544 align=1
                          i32.const 0
                          local.get 34
                          v128.store offset=576 align=1
                          i32.const 4
                          local.set 5
                          local.get 3
                          i32.const 112
                          i32.sub
                          local.set 3
                          br 0 (;@11;)
                        end
                        i32.const 0
                        i64.load offset=240
                        local.set 36
                        local.get 36
                        local.set 35
                        local.get 11
                        if  ;; label = @11
                          local.get 3
                          i32.const 16
                          i32.sub
                          local.set 3
                          i32.const 0
                          local.get 35
                          i64.store offset=6168
                          i32.const 0
                          local.get 3
                          i32.store offset=6148
                          i32.const 0
                          local.get 6
                          i64.store offset=6336
                          i32.const 0
                          local.get 7
                          i64.store offset=6344
                          i32.const 0
                          local.get 1
                          local.get 5
                          select
                          local.get 5
                          i32.const 4
                          i32.shl
                          i32.or
                          i32.const -1
                          i32.xor
                          i32.const 256
                          i32.sub
                          return
                        end
                        local.get 35
                        local.set 10
                        local.get 3
                        i32.const 16
                        i32.sub
                        local.set 3
                        br 4 (;@6;)
                      end
                      unreachable
                    end
                    i32.const -2
                    local.set 9
                    br 1 (;@7;)
                  end
                  i32.const 0
                  i32.load offset=6188
                  local.set 9
                end
                i32.const 0
                local.get 16
                i64.store align=1
                i32.const 0
                local.get 15
                v128.store offset=512 align=1
                i32.const 0
                local.get 14
                i64.store offset=8 align=1
                i32.const 0
                local.get 13
                i64.store offset=16 align=1
                br 5 (;@1;)
                unreachable
              end
              i32.const 0
              local.get 10
              i64.store offset=6168
              i32.const 0
              local.get 1
              local.get 3
              call 14
              br 2 (;@3;)
            end
            local.get 0
            i32.const 0
            local.get 3
            call 13
            br 1 (;@3;)
          end
          local.get 0
          i32.const 1
          local.get 3
          call 13
        end
        i32.const 0
        i32.load offset=6144
        local.set 0
        i32.const 0
        i32.load offset=6148
        local.set 2
      end
      i32.const 0
      i32.load offset=6188
      local.set 9
    end
    local.get 5
    if  ;; label = @1
      local.get 5
      local.get 6
      local.get 7
      call 10
      local.set 1
      i32.const 0
      local.set 5
    end
    i32.const 0
    local.get 0
    i32.store offset=6144
    i32.const 0
    local.get 2
    i32.store offset=6148
    i32.const 0
    local.get 1
    i32.store offset=280
    local.get 9)
