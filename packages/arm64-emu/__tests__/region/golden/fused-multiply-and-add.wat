;; fmadd d0, d1, d2, d3
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 i64 i64)
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
                v128.load offset=528
                local.set 13
                i32.const 0
                v128.load offset=544
                local.set 14
                local.get 13
                local.get 14
                f64x2.mul
                local.tee 15
                local.get 12
                v128.const i32x4 0x02000000 0x41a00000 0x02000000 0x41a00000
                local.get 13
                f64x2.mul
                local.tee 16
                local.get 16
                local.get 13
                f64x2.sub
                f64x2.sub
                local.tee 17
                v128.const i32x4 0x02000000 0x41a00000 0x02000000 0x41a00000
                local.get 14
                f64x2.mul
                local.tee 18
                local.get 18
                local.get 14
                f64x2.sub
                f64x2.sub
                local.tee 19
                f64x2.mul
                local.get 15
                f64x2.sub
                local.get 17
                local.get 14
                local.get 19
                f64x2.sub
                local.tee 20
                f64x2.mul
                f64x2.add
                local.get 13
                local.get 17
                f64x2.sub
                local.tee 21
                local.get 19
                f64x2.mul
                f64x2.add
                local.get 21
                local.get 20
                f64x2.mul
                f64x2.add
                local.tee 22
                f64x2.add
                local.tee 23
                f64x2.add
                local.tee 24
                local.get 15
                local.get 24
                local.get 24
                local.get 15
                f64x2.sub
                local.tee 25
                f64x2.sub
                f64x2.sub
                local.get 23
                local.get 25
                f64x2.sub
                f64x2.add
                local.tee 26
                local.get 12
                local.get 23
                local.get 23
                local.get 12
                f64x2.sub
                local.tee 27
                f64x2.sub
                f64x2.sub
                local.get 22
                local.get 27
                f64x2.sub
                f64x2.add
                local.tee 28
                f64x2.add
                local.tee 29
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                local.get 29
                local.get 26
                local.get 29
                local.get 29
                local.get 26
                f64x2.sub
                local.tee 30
                f64x2.sub
                f64x2.sub
                local.get 28
                local.get 30
                f64x2.sub
                f64x2.add
                local.tee 31
                v128.xor
                i64x2.gt_s
                v128.const i32x4 0x00000001 0x00000000 0x00000001 0x00000000
                v128.or
                i64x2.add
                local.get 29
                local.get 29
                v128.const i32x4 0x00000001 0x00000000 0x00000001 0x00000000
                v128.and
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                i64x2.eq
                local.get 31
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                f64x2.eq
                v128.andnot
                v128.bitselect
                f64x2.add
                v128.const i32x4 0xffffffff 0xffffffff 0x00000000 0x00000000
                v128.and
                local.set 32
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
                local.get 15
                f64x2.abs
                v128.const i32x4 0x00000000 0x07b00000 0x00000000 0x07b00000
                f64x2.gt
                v128.const i32x4 0x00000000 0x78300000 0x00000000 0x78300000
                local.get 15
                f64x2.abs
                f64x2.gt
                v128.and
                v128.const i32x4 0x00000000 0x78300000 0x00000000 0x78300000
                local.get 13
                f64x2.abs
                f64x2.gt
                v128.and
                v128.const i32x4 0x00000000 0x78300000 0x00000000 0x78300000
                local.get 14
                f64x2.abs
                f64x2.gt
                v128.and
                local.get 12
                f64x2.abs
                v128.const i32x4 0x00000000 0x07b00000 0x00000000 0x07b00000
                f64x2.gt
                local.get 12
                v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                f64x2.eq
                v128.or
                v128.const i32x4 0x00000000 0x78300000 0x00000000 0x78300000
                local.get 12
                f64x2.abs
                f64x2.gt
                v128.and
                v128.and
                v128.const i32x4 0x00000000 0x00000000 0xffffffff 0xffffffff
                v128.or
                i64x2.all_true
                i32.and
                i32.eqz
                if  ;; label = @7
                  i32.const 0
                  local.get 12
                  v128.store offset=6272 align=1
                  i32.const 0
                  local.get 13
                  v128.store offset=6288 align=1
                  i32.const 0
                  local.get 14
                  v128.store offset=6304 align=1
                  i32.const 4876
                  i32.const 0
                  call 5
                  i32.const 0
                  v128.load offset=6272 align=1
                  local.set 32
                end
                i32.const 0
                local.get 32
                local.tee 33
                v128.store offset=512 align=1
                i32.const 0
                i64.load offset=240
                local.set 35
                local.get 35
                local.set 34
                local.get 11
                if  ;; label = @7
                  local.get 3
                  i32.const 32
                  i32.sub
                  local.set 3
                  i32.const 0
                  local.get 34
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
                local.get 34
                local.set 10
                local.get 3
                i32.const 32
                i32.sub
                local.set 3
                br 0 (;@6;)
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
