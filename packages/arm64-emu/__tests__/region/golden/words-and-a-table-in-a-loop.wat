;; ldrb w1, [x0], #1
;; eor w1, w1, w2
;; and w1, w1, #0xff
;; ldr w1, [x4, w1, uxtw #2]
;; eor w2, w1, w2, lsr #8
;; cmp x0, x3
;; b.ne 0x40000000
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 i64 i64 i32 i64 i64 i64 i32 i32 i32 i32 i64 i64 i64 i64)
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
                i64.load32_u offset=20
                i64.const 0
                i64.ne
                if  ;; label = @7
                  i32.const 16777216
                  local.set 0
                  local.get 3
                  i32.const 16777216
                  i32.add
                  local.set 2
                  i32.const -2
                  local.set 9
                  br 6 (;@1;)
                end
                i32.const 0
                i64.load offset=24
                local.set 12
                i32.const 0
                i64.load offset=32
                local.set 13
                i32.const 0
                i32.load offset=16
                local.set 14
                i32.const 0
                i64.load
                local.set 15
                i64.const 0
                local.set 17
                i32.const 0
                i64.const 0
                i64.store offset=6504
                block  ;; label = @7
                  block  ;; label = @8
                    block  ;; label = @9
                      loop  ;; label = @10
                        block  ;; label = @11
                          local.get 15
                          local.get 16
                          i64.sub
                          local.get 17
                          i64.ge_u
                          if  ;; label = @12
                            local.get 15
                            i32.wrap_i64
                            i32.const 8
                            i32.shr_u
                            local.get 15
                            i32.wrap_i64
                            i32.const 18
                            i32.shr_u
                            i32.xor
                            i32.const 65520
                            i32.and
                            local.get 8
                            i32.add
                            local.tee 19
                            i64.load
                            local.get 15
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
                            local.get 15
                            i64.const -4096
                            i64.and
                            local.set 16
                            i64.const 4065
                            local.set 17
                            local.get 19
                            i32.load offset=8
                            local.set 18
                          end
                          local.get 15
                          i32.wrap_i64
                          local.get 18
                          i32.add
                          local.set 21
                          local.get 21
                          i64.load8_u
                          local.set 22
                          local.get 15
                          i64.const 1
                          i64.add
                          local.get 22
                          local.set 23
                          local.set 15
                          local.get 23
                          i32.wrap_i64
                          local.get 14
                          i32.xor
                          i64.extend_i32_u
                          local.set 23
                          local.get 23
                          i32.wrap_i64
                          i32.const 255
                          i32.and
                          i64.extend_i32_u
                          local.set 23
                          local.get 13
                          local.get 23
                          i32.wrap_i64
                          i64.extend_i32_u
                          i64.const 2
                          i64.shl
                          i64.add
                          local.set 22
                          local.get 22
                          i32.const 0
                          i64.load offset=6496
                          i64.sub
                          i32.const 0
                          i64.load offset=6504
                          i64.ge_u
                          if  ;; label = @12
                            local.get 22
                            i32.wrap_i64
                            i32.const 8
                            i32.shr_u
                            local.get 22
                            i32.wrap_i64
                            i32.const 18
                            i32.shr_u
                            i32.xor
                            i32.const 65520
                            i32.and
                            local.get 8
                            i32.add
                            local.tee 19
                            i64.load
                            local.get 22
                            i64.const 3
                            i64.add
                            i64.const -4096
                            i64.and
                            i64.ne
                            if  ;; label = @13
                              i32.const 16777264
                              local.set 0
                              local.get 3
                              i32.const 16777216
                              i32.add
                              local.set 2
                              i32.const 0
                              local.get 23
                              i64.store offset=8 align=1
                              br 4 (;@9;)
                            end
                            i32.const 0
                            local.get 22
                            i64.const -4096
                            i64.and
                            i64.store offset=6496
                            i32.const 0
                            i64.const 4065
                            i64.store offset=6504
                            i32.const 0
                            local.get 19
                            i32.load offset=8
                            i32.store offset=6512
                          end
                          local.get 22
                          i32.wrap_i64
                          i32.const 0
                          i32.load offset=6512
                          i32.add
                          local.set 21
                          local.get 21
                          i64.load32_u align=1
                          local.set 24
                          local.get 24
                          local.set 23
                          local.get 23
                          i32.wrap_i64
                          local.get 14
                          i32.const 8
                          i32.shr_u
                          i32.xor
                          local.set 14
                          local.get 15
                          local.get 12
                          local.set 7
                          local.set 6
                          local.get 6
                          local.get 7
                          i64.ne
                          local.set 19
                          local.get 19
                          if  ;; label = @12
                            local.get 15
                            local.get 16
                            i64.sub
                            local.get 17
                            i64.ge_u
                            if  ;; label = @13
                              local.get 15
                              i32.wrap_i64
                              i32.const 8
                              i32.shr_u
                              local.get 15
                              i32.wrap_i64
                              i32.const 18
                              i32.shr_u
                              i32.xor
                              i32.const 65520
                              i32.and
                              local.get 8
                              i32.add
                              local.tee 19
                              i64.load
                              local.get 15
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
                                local.get 23
                                i64.store offset=8 align=1
                                br 5 (;@9;)
                              end
                              local.get 15
                              i64.const -4096
                              i64.and
                              local.set 16
                              i64.const 4065
                              local.set 17
                              local.get 19
                              i32.load offset=8
                              local.set 18
                            end
                            local.get 15
                            i32.wrap_i64
                            local.get 18
                            i32.add
                            local.set 21
                            local.get 21
                            i64.load8_u
                            local.set 22
                            local.get 15
                            i64.const 1
                            i64.add
                            local.get 22
                            local.set 23
                            local.set 15
                            local.get 23
                            i32.wrap_i64
                            local.get 14
                            i32.xor
                            i64.extend_i32_u
                            local.set 23
                            local.get 23
                            i32.wrap_i64
                            i32.const 255
                            i32.and
                            i64.extend_i32_u
                            local.set 23
                            local.get 13
                            local.get 23
                            i32.wrap_i64
                            i64.extend_i32_u
                            i64.const 2
                            i64.shl
                            i64.add
                            local.set 22
                            local.get 22
                            i32.const 0
                            i64.load offset=6496
                            i64.sub
                            i32.const 0
                            i64.load offset=6504
                            i64.ge_u
                            if  ;; label = @13
                              local.get 22
                              i32.wrap_i64
                              i32.const 8
                              i32.shr_u
                              local.get 22
                              i32.wrap_i64
                              i32.const 18
                              i32.shr_u
                              i32.xor
                              i32.const 65520
                              i32.and
                              local.get 8
                              i32.add
                              local.tee 19
                              i64.load
                              local.get 22
                              i64.const 3
                              i64.add
                              i64.const -4096
                              i64.and
                              i64.ne
                              if  ;; label = @14
                                i32.const 16777264
                                local.set 0
                                local.get 3
                                i32.const 16777104
                                i32.add
                                local.set 2
                                i32.const 4
                                local.set 5
                                i32.const 0
                                local.get 23
                                i64.store offset=8 align=1
                                br 5 (;@9;)
                              end
                              i32.const 0
                              local.get 22
                              i64.const -4096
                              i64.and
                              i64.store offset=6496
                              i32.const 0
                              i64.const 4065
                              i64.store offset=6504
                              i32.const 0
                              local.get 19
                              i32.load offset=8
                              i32.store offset=6512
                            end
                            local.get 22
                            i32.wrap_i64
                            i32.const 0
                            i32.load offset=6512
                            i32.add
                            local.set 21
                            local.get 21
                            i64.load32_u align=1
                            local.set 24
                            local.get 24
                            local.set 23
                            local.get 23
                            i32.wrap_i64
                            local.get 14
                            i32.const 8
                            i32.shr_u
                            i32.xor
                            local.set 14
                            local.get 15
                            local.get 12
                            local.set 7
                            local.set 6
                            local.get 6
                            local.get 7
                            i64.ne
                            local.set 19
                            local.get 19
                            if  ;; label = @13
                              local.get 15
                              local.get 16
                              i64.sub
                              local.get 17
                              i64.ge_u
                              if  ;; label = @14
                                local.get 15
                                i32.wrap_i64
                                i32.const 8
                                i32.shr_u
                                local.get 15
                                i32.wrap_i64
                                i32.const 18
                                i32.shr_u
                                i32.xor
                                i32.const 65520
                                i32.and
                                local.get 8
                                i32.add
                                local.tee 19
                                i64.load
                                local.get 15
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
                                  local.get 23
                                  i64.store offset=8 align=1
                                  br 6 (;@9;)
                                end
                                local.get 15
                                i64.const -4096
                                i64.and
                                local.set 16
                                i64.const 4065
                                local.set 17
                                local.get 19
                                i32.load offset=8
                                local.set 18
                              end
                              local.get 15
                              i32.wrap_i64
                              local.get 18
                              i32.add
                              local.set 21
                              local.get 21
                              i64.load8_u
                              local.set 22
                              local.get 15
                              i64.const 1
                              i64.add
                              local.get 22
                              local.set 23
                              local.set 15
                              local.get 23
                              i32.wrap_i64
                              local.get 14
                              i32.xor
                              i64.extend_i32_u
                              local.set 23
                              local.get 23
                              i32.wrap_i64
                              i32.const 255
                              i32.and
                              i64.extend_i32_u
                              local.set 23
                              local.get 13
                              local.get 23
                              i32.wrap_i64
                              i64.extend_i32_u
                              i64.const 2
                              i64.shl
                              i64.add
                              local.set 22
                              local.get 22
                              i32.const 0
                              i64.load offset=6496
                              i64.sub
                              i32.const 0
                              i64.load offset=6504
                              i64.ge_u
                              if  ;; label = @14
                                local.get 22
                                i32.wrap_i64
                                i32.const 8
                                i32.shr_u
                                local.get 22
                                i32.wrap_i64
                                i32.const 18
                                i32.shr_u
                                i32.xor
                                i32.const 65520
                                i32.and
                                local.get 8
                                i32.add
                                local.tee 19
                                i64.load
                                local.get 22
                                i64.const 3
                                i64.add
                                i64.const -4096
                                i64.and
                                i64.ne
                                if  ;; label = @15
                                  i32.const 16777264
                                  local.set 0
                                  local.get 3
                                  i32.const 16776992
                                  i32.add
                                  local.set 2
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 23
                                  i64.store offset=8 align=1
                                  br 6 (;@9;)
                                end
                                i32.const 0
                                local.get 22
                                i64.const -4096
                                i64.and
                                i64.store offset=6496
                                i32.const 0
                                i64.const 4065
                                i64.store offset=6504
                                i32.const 0
                                local.get 19
                                i32.load offset=8
                                i32.store offset=6512
                              end
                              local.get 22
                              i32.wrap_i64
                              i32.const 0
                              i32.load offset=6512
                              i32.add
                              local.set 21
                              local.get 21
                              i64.load32_u align=1
                              local.set 24
                              local.get 24
                              local.set 23
                              local.get 23
                              i32.wrap_i64
                              local.get 14
                              i32.const 8
                              i32.shr_u
                              i32.xor
                              local.set 14
                              local.get 15
                              local.get 12
                              local.set 7
                              local.set 6
                              local.get 6
                              local.get 7
                              i64.ne
                              local.set 19
                              local.get 19
                              if  ;; label = @14
                                local.get 15
                                local.get 16
                                i64.sub
                                local.get 17
                                i64.ge_u
                                if  ;; label = @15
                                  local.get 15
                                  i32.wrap_i64
                                  i32.const 8
                                  i32.shr_u
                                  local.get 15
                                  i32.wrap_i64
                                  i32.const 18
                                  i32.shr_u
                                  i32.xor
                                  i32.const 65520
                                  i32.and
                                  local.get 8
                                  i32.add
                                  local.tee 19
                                  i64.load
                                  local.get 15
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
                                    local.get 23
                                    i64.store offset=8 align=1
                                    br 7 (;@9;)
                                  end
                                  local.get 15
                                  i64.const -4096
                                  i64.and
                                  local.set 16
                                  i64.const 4065
                                  local.set 17
                                  local.get 19
                                  i32.load offset=8
                                  local.set 18
                                end
                                local.get 15
                                i32.wrap_i64
                                local.get 18
                                i32.add
                                local.set 21
                                local.get 21
                                i64.load8_u
                                local.set 22
                                local.get 15
                                i64.const 1
                                i64.add
                                local.get 22
                                local.set 23
                                local.set 15
                                local.get 23
                                i32.wrap_i64
                                local.get 14
                                i32.xor
                                i64.extend_i32_u
                                local.set 23
                                local.get 23
                                i32.wrap_i64
                                i32.const 255
                                i32.and
                                i64.extend_i32_u
                                local.set 23
                                local.get 13
                                local.get 23
                                i32.wrap_i64
                                i64.extend_i32_u
                                i64.const 2
                                i64.shl
                                i64.add
                                local.set 22
                                local.get 22
                                i32.const 0
                                i64.load offset=6496
                                i64.sub
                                i32.const 0
                                i64.load offset=6504
                                i64.ge_u
                                if  ;; label = @15
                                  local.get 22
                                  i32.wrap_i64
                                  i32.const 8
                                  i32.shr_u
                                  local.get 22
                                  i32.wrap_i64
                                  i32.const 18
                                  i32.shr_u
                                  i32.xor
                                  i32.const 65520
                                  i32.and
                                  local.get 8
                                  i32.add
                                  local.tee 19
                                  i64.load
                                  local.get 22
                                  i64.const 3
                                  i64.add
                                  i64.const -4096
                                  i64.and
                                  i64.ne
                                  if  ;; label = @16
                                    i32.const 16777264
                                    local.set 0
                                    local.get 3
                                    i32.const 16776880
                                    i32.add
                                    local.set 2
                                    i32.const 4
                                    local.set 5
                                    i32.const 0
                                    local.get 23
                                    i64.store offset=8 align=1
                                    br 7 (;@9;)
                                  end
                                  i32.const 0
                                  local.get 22
                                  i64.const -4096
                                  i64.and
                                  i64.store offset=6496
                                  i32.const 0
                                  i64.const 4065
                                  i64.store offset=6504
                                  i32.const 0
                                  local.get 19
                                  i32.load offset=8
                                  i32.store offset=6512
                                end
                                local.get 22
                                i32.wrap_i64
                                i32.const 0
                                i32.load offset=6512
                                i32.add
                                local.set 21
                                local.get 21
                                i64.load32_u align=1
                                local.set 24
                                local.get 24
                                local.set 23
                                local.get 23
                                i32.wrap_i64
                                local.get 14
                                i32.const 8
                                i32.shr_u
                                i32.xor
                                local.set 14
                                local.get 15
                                local.get 12
                                local.set 7
                                local.set 6
                                local.get 6
                                local.get 7
                                i64.ne
                                local.set 19
                                local.get 19
                                if  ;; label = @15
                                  i32.const 4
                                  local.set 5
                                  i32.const 0
                                  local.get 23
                                  i64.store offset=8 align=1
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
                                local.get 15
                                i64.store align=1
                                i32.const 0
                                local.get 14
                                i64.extend_i32_u
                                i64.store offset=16 align=1
                                i32.const 0
                                local.get 23
                                i64.store offset=8 align=1
                                i32.const 4
                                local.set 5
                                local.get 3
                                i32.const 448
                                i32.sub
                                local.set 3
                                br 3 (;@11;)
                              end
                              i32.const 0
                              local.get 15
                              i64.store align=1
                              i32.const 0
                              local.get 14
                              i64.extend_i32_u
                              i64.store offset=16 align=1
                              i32.const 0
                              local.get 23
                              i64.store offset=8 align=1
                              i32.const 4
                              local.set 5
                              local.get 3
                              i32.const 336
                              i32.sub
                              local.set 3
                              br 2 (;@11;)
                            end
                            i32.const 0
                            local.get 15
                            i64.store align=1
                            i32.const 0
                            local.get 14
                            i64.extend_i32_u
                            i64.store offset=16 align=1
                            i32.const 0
                            local.get 23
                            i64.store offset=8 align=1
                            i32.const 4
                            local.set 5
                            local.get 3
                            i32.const 224
                            i32.sub
                            local.set 3
                            br 1 (;@11;)
                          end
                          i32.const 0
                          local.get 15
                          i64.store align=1
                          i32.const 0
                          local.get 14
                          i64.extend_i32_u
                          i64.store offset=16 align=1
                          i32.const 0
                          local.get 23
                          i64.store offset=8 align=1
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
                        local.set 25
                        local.get 25
                        local.set 22
                        local.get 11
                        if  ;; label = @11
                          local.get 3
                          i32.const 16
                          i32.sub
                          local.set 3
                          i32.const 0
                          local.get 22
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
                        local.get 22
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
                local.get 15
                i64.store align=1
                i32.const 0
                local.get 14
                i64.extend_i32_u
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
